package browser

import (
	"strings"
	"testing"
)

// In each case 40 items of 50 pixels scroll; the reader sees those from p20
// on. play does something and waits; what p22 and the ones after it do in the
// window is what the reader sees.
const scrollStage = `
	const [root, anchoring, body] = [arguments[0], arguments[1], arguments[2]]
	document.documentElement.style.cssText = document.body.style.cssText = "overflow-anchor:" + anchoring
	if (root == "body") {
		document.documentElement.style.height = document.body.style.height = "100%"
		document.body.style.overflowY = "auto"
	}
	document.body.innerHTML = '<div id="list"><div id="items"></div></div>'
	const list = document.getElementById("list"), items = document.getElementById("items")
	const item = (id, height = 50) => '<p id="' + id + '" class="item" style="margin:0;line-height:20px;min-height:' + height + 'px">' + id + '</p>'
	const at = (id) => document.getElementById(id)
	items.innerHTML = Array.from({ length: 40 }, (_, n) => item("p" + n)).join("")
	if (root == "list") list.style.cssText = "position:absolute;top:0;height:200px;width:300px;overflow-y:auto;overflow-anchor:" + anchoring
	else document.body.insertAdjacentHTML("beforeend", '<div style="height:5000px"></div>')
	const scroller = root == "list" ? list : document.scrollingElement
	scroller.scrollTop = 1000 + (root == "list" ? 0 : list.offsetTop)
	const top = (id) => Math.round(at(id).getBoundingClientRect().top)
	const stream = (action, target, content, keep = "maintain_scroll") => Turbo.renderStreamMessage('<turbo-stream ' + keep + ' action="' + action + '" ' +
		(/^[.#]/.test(target) ? "targets" : "target") + '="' + target + '"><template>' + content + '</template></turbo-stream>')
	const pixel = () => new Promise((resolve) => {
		const canvas = document.createElement("canvas")
		canvas.width = 20
		canvas.height = 120
		canvas.toBlob((blob) => resolve(URL.createObjectURL(blob)))
	})
	return (async () => {
		await frames(2)
		const start = scroller.scrollTop
		const was = top("p22")
		await (async () => {` + "\n%PLAY%\n" + `})()
		await frames(3)
		const end = scroller.scrollTop
		document.documentElement.style.cssText = document.body.style.cssText = ""
		return ["p22 moved " + (top("p22") - was) + ", scrolled " + Math.round(end - start)].join()
	})()
`

var scrollCases = []struct{ name, play, want string }{
	{"what grows above is scrolled by",
		`stream("replace", "p10", item("p10", 130))`, "p22 moved 0, scrolled 80"},
	{"what shrinks above is scrolled back",
		`stream("replace", "p10", item("p10", 20))`, "p22 moved 0, scrolled -30"},
	{"what is removed above is scrolled back",
		`stream("remove", "p10", "")`, "p22 moved 0, scrolled -50"},
	{"what is inserted beside is scrolled by",
		`stream("before", "p10", item("n", 70)); stream("after", "p11", item("m", 30))`, "p22 moved 0, scrolled 100"},
	{"what an element above gets is scrolled by",
		`stream("append", "p10", item("n", 60))`, "p22 moved 0, scrolled 30"},
	{"what grows below leaves the view",
		`stream("replace", "p39", item("p39", 130)); if (list != scroller) stream("append", "items", item("n", 500))`, "p22 moved 0, scrolled 0"},
	{"what grows in view takes what follows along, as in Campfire",
		`stream("replace", "p21", item("p21", 90))`, "p22 moved 0, scrolled 40"},
	{"the end of a long list is below",
		`stream("append", "items", item("n", 5000))`, "p22 moved 0, scrolled 0"},
	{"the beginning of a long list is above",
		`stream("prepend", "items", item("n", 500))`, "p22 moved 0, scrolled 500"},
	{"the container itself is a target",
		`stream("append", "list", item("n", 5000)); stream("prepend", "list", item("m", 70))`, "p22 moved 0, scrolled 70"},
	{"several streams in a frame add up",
		`for (const n of [3, 7, 10, 19, 37]) stream("replace", "p" + n, item("p" + n, 60))`, "p22 moved 0, scrolled 40"},
	{"several streams of a message add up",
		`Turbo.renderStreamMessage([3, 7, 10].map((n) => '<turbo-stream maintain_scroll="true" action="replace" target="p' + n + '"><template>' + item("p" + n, 60) + '</template></turbo-stream>').join(""))`,
		"p22 moved 0, scrolled 30"},
	{"targets above and below are told apart when replaced",
		`for (const n of [1, 2, 38, 39]) at("p" + n).classList.add("some"); stream("replace", ".some", item("n", 75))`, "p22 moved 0, scrolled 50"},
	{"targets above and below are told apart when filled",
		`for (const n of [1, 2, 38, 39]) at("p" + n).classList.add("some"); stream("update", ".some", item("n", 75))`, "p22 moved 0, scrolled 50"},
	{"targets above and below are told apart when removed",
		`for (const n of [1, 2, 38, 39]) at("p" + n).classList.add("some"); stream("remove", ".some", "")`, "p22 moved 0, scrolled -100"},
	{"targets above and below are told apart when joined",
		`for (const n of [1, 2, 38, 39]) at("p" + n).classList.add("some"); stream("before", ".some", item("n", 40)); stream("after", ".some", item("n2", 30))`, "p22 moved 0, scrolled 140"},
	{"a missing target moves nothing",
		`stream("replace", "nobody", item("n")); stream("replace", ".nobody", item("n"))`, "p22 moved 0, scrolled 0"},
	{"content that grows after a while is scrolled by",
		`stream("replace", "p10", item("p10", 60)); await frames(3); at("p10").style.height = "160px"; await frames(3); at("p10").style.height = "150px"`,
		"p22 moved 0, scrolled 100"},
	{"content of several streams that grows after a while is scrolled by",
		`stream("replace", "p10", item("p10", 60)); stream("replace", "p15", item("p15", 60)); await frames(3)
		 at("p10").style.height = "160px"; at("p15").style.height = "110px"; await frames(3); at("p10").style.height = "60px"`,
		"p22 moved 0, scrolled 70"},
	{"a later stream finds what has grown since",
		`stream("replace", "p10", item("p10", 60)); await frames(3)
		 at("p10").style.height = "160px"; stream("replace", "p11", item("p11", 60))`, "p22 moved 0, scrolled 120"},
	{"images that come late are scrolled by",
		`stream("replace", "p10", '<p style="margin:0"><img id="i" style="display:block"></p>'); await frames(2)
		 at("i").src = await pixel(); await at("i").decode()`, "p22 moved 0, scrolled 70"},
	{"an image of a stream above is scrolled by once it has come",
		`const url = await pixel(); stream("prepend", "items", '<img id="i" style="display:block" src="' + url + '">')
		 await until(() => at("i")?.complete)`, "p22 moved 0, scrolled 120"},
	{"the reader's scrolling in the meantime stays",
		`stream("replace", "p10", item("p10", 60)); await frames(3); scroller.scrollTop += 100; await frames(3)
		 at("p10").style.height = "160px"`, "p22 moved -100, scrolled 210"},
}

func TestMaintainScroll(t *testing.T) {
	start(t, Program{})
	for _, root := range []string{"list", "document", "body"} {
		for _, anchoring := range []string{"auto", "none"} {
			t.Run("in the "+root+" with overflow-anchor "+anchoring, func(t *testing.T) {
				for _, c := range scrollCases {
					t.Run(c.name, func(t *testing.T) {
						got := await(t, script(strings.Replace(scrollStage, "%PLAY%", c.play, 1)).Invoke(root, anchoring)).String()
						if got != c.want {
							t.Errorf("got %s, want %s", got, c.want)
						}
					})
				}
			})
		}
	}
}

func TestMaintainScrollInManyContainers(t *testing.T) {
	start(t, Program{})
	got := await(t, script(`
		document.body.innerHTML = ('<div class="box" style="height:100px;overflow-y:auto;overflow-anchor:none">' +
			'<p class="first" style="height:100px"></p><p style="height:1000px"></p></div>').repeat(40)
		const boxes = [...document.querySelectorAll(".box")]
		for (const box of boxes) box.scrollTop = 500
		return (async () => {
			await frames(2)
			Turbo.renderStreamMessage('<turbo-stream maintain_scroll action="replace" targets=".box:nth-child(-n+3) .first"><template><p style="height:170px"></p></template></turbo-stream>')
			await frames(2)
			Turbo.renderStreamMessage('<turbo-stream maintain_scroll action="prepend" targets=".box"><template><hr style="margin:0;border:0;height:10px"></template></turbo-stream>')
			await frames(2)
			return boxes.map((box) => box.scrollTop).join().replace(/(,510)+$/, " and the others 510")
		})()
	`).Invoke()).String()
	if want := "580,580,580 and the others 510"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMaintainScrollEnds(t *testing.T) {
	start(t, Program{})
	for _, c := range []struct{ name, play, want string }{
		{"streams without the attribute are left to the browser",
			`stream("replace", "p10", item("p10", 130), "")`, "p22 moved 80, scrolled 0"},
		{"the wheel ends it",
			`stream("replace", "p10", item("p10", 60)); await frames(3); at("p20").dispatchEvent(new WheelEvent("wheel", { bubbles: true }))
			 at("p10").style.height = "160px"`, "p22 moved 100, scrolled 10"},
		{"a touch ends it",
			`stream("replace", "p10", item("p10", 60)); await frames(3); at("p20").dispatchEvent(new Event("touchmove", { bubbles: true }))
			 at("p10").style.height = "160px"`, "p22 moved 100, scrolled 10"},
		{"a key ends it",
			`stream("replace", "p10", item("p10", 60)); await frames(3); document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown", bubbles: true }))
			 at("p10").style.height = "160px"`, "p22 moved 100, scrolled 10"},
		{"the scroll bar ends it",
			`stream("replace", "p10", item("p10", 60)); await frames(3); list.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))
			 at("p10").style.height = "160px"`, "p22 moved 100, scrolled 10"},
		{"typing, clicking and scrolling elsewhere do not end it",
			`document.body.insertAdjacentHTML("beforeend", '<textarea id="a"></textarea>'); stream("replace", "p10", item("p10", 60)); await frames(3)
			 for (const key of [" ", "ArrowUp", "x"]) at("a").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))
			 at("p20").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true })); at("a").dispatchEvent(new WheelEvent("wheel", { bubbles: true }))
			 at("p10").style.height = "160px"`, "p22 moved 0, scrolled 110"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := await(t, script(strings.Replace(scrollStage, "%PLAY%", c.play, 1)).Invoke("list", "none")).String()
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
