package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The flows drive the chat in Chromium with the runtime that this tree builds.

const lounge = "/rooms/1"

func TestFlowAMessageLivesInBothWindows(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge)
	ken.mark()
	ada.waitConnected()
	ada.mark()

	ada.say("hello from ada")
	ken.waitMessages("hello from ada", 1)
	ada.waitMessages("hello from ada", 1)
	ada.waitFor(`document.querySelector("#composer textarea").value == ""`)

	// The answer and the broadcast name the same element: the second message
	// arrives after both copies of the first.
	ada.waitConnected()
	ada.say("hello again")
	ken.waitMessages("hello again", 1)
	ada.waitMessages("hello again", 1)
	ada.waitMessages("hello from ada", 1)

	boosts := func(n int) string {
		return fmt.Sprintf(`%s[0].querySelectorAll(".boost").length == %d`, messages("hello from ada"), n)
	}
	ada.waitConnected()
	ada.click("hello from ada", ".quick button:nth-child(4)")
	ken.waitFor(boosts(1))
	ada.waitFor(boosts(1))
	ada.waitConnected()
	ada.click("hello from ada", ".boost__remove")
	ken.waitFor(boosts(0))
	ada.waitFor(boosts(0))
	ada.checkMark()

	ada.waitConnected()
	ada.click("hello from ada", `.action[href$="/edit"]`)
	ada.run(
		chromedp.WaitVisible(".edit textarea"),
		chromedp.SetValue(".edit textarea", "rewritten by ada"),
		chromedp.Click(".edit .button"),
	)
	ken.waitMessages("rewritten by ada (edited)", 1)
	ken.waitMessages("hello from ada", 0)
	ada.waitMessages("rewritten by ada (edited)", 1)

	ada.waitConnected()
	ada.click("rewritten by ada", ".action--danger")
	ken.waitMessages("rewritten by ada", 0)
	ada.waitMessages("rewritten by ada", 0)
	ken.waitMessages("hello again", 1)
	ken.checkMark()
	ada.checkMark()
}

func TestFlowTheSidebarStaysWhileRoomsChange(t *testing.T) {
	chat := startChat(t)
	ada := chat.enter("Ada L", lounge)
	ada.mark()
	ada.run(chromedp.Evaluate(`void (window.sidebar = document.querySelector("#user_sidebar"), window.source = sidebar.querySelector("`+sources+`"))`, nil))
	const stays = `document.querySelector("#user_sidebar") == window.sidebar && sidebar.querySelector("` + sources + `") == window.source && source.isConnected`
	for _, room := range []string{"Workshop", "Field notes", "Lounge"} {
		ada.run(chromedp.Click(fmt.Sprintf(`//a[contains(@class, "room-item")][contains(., %q)]`, room)))
		ada.settle()
		ada.check(fmt.Sprintf(`document.querySelector("h1").innerText.includes(%q)`, room))
		ada.check(fmt.Sprintf(`document.querySelector(".room-item[aria-current]").innerText.includes(%q)`, room))
		if !value[bool](ada, stays) {
			t.Errorf("in %s the sidebar is another one", room)
		}
		ada.waitConnected()
	}
	ada.run(chromedp.NavigateBack())
	ada.waitFor(`document.querySelector("h1").innerText.includes("Field notes")`)
	if !value[bool](ada, stays) {
		t.Error("back in Field notes the sidebar is another one")
	}
	ada.checkMark()
}

func TestFlowAnEditInPlaceIsGivenUpOrKept(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge)
	ada.say("first words")
	ken.waitMessages("first words", 1)
	ada.waitMessages("first words", 1)
	ada.mark()
	const editing = `document.activeElement.matches(".edit textarea") && document.activeElement.selectionStart == "first words".length`

	for name, giveUp := range map[string]chromedp.Action{
		"the link": chromedp.Click(".edit .cancel"),
		"escape":   chromedp.SendKeys(".edit textarea", kb.Escape),
	} {
		ada.click("first words", `.action[href$="/edit"]`)
		ada.waitFor(editing)
		if got := value[string](ada, "location.pathname"); got != lounge {
			t.Errorf("before %s: the page is %s", name, got)
		}
		ada.run(chromedp.SendKeys(".edit textarea", " that nobody will read"), giveUp)
		ada.settle()
		ada.check(`!document.querySelector(".edit")`)
		ada.check(messages("first words") + `.length == 1`)
	}

	// What cannot be is asked for again, in place.
	ada.click("first words", `.action[href$="/edit"]`)
	ada.waitFor(editing)
	ada.run(
		chromedp.Evaluate(`void Object.assign(document.querySelector(".edit textarea"), { required: false, value: "" })`, nil),
		chromedp.Click(".edit .button"),
	)
	ada.settle()
	ada.check(`document.querySelector(".edit .error")`)
	ada.run(chromedp.SendKeys(".edit textarea", "last words"), chromedp.Click(".edit .button"))
	ada.waitMessages("last words (edited)", 1)
	ken.waitMessages("last words (edited)", 1)
	if got := value[int](ada, `document.querySelectorAll("turbo-frame[id^=edit_]").length - document.querySelectorAll(".message").length`); got != 0 {
		t.Errorf("got %d frames more than messages", got)
	}
	ada.checkMark()
}

func TestFlowABoostOfOnesOwnWords(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge)
	ada.say("applause, please")
	ken.waitMessages("applause", 1)
	ada.waitMessages("applause", 1)
	ken.mark()
	of := func(what string) string { return messages("applause") + "[0]" + what }

	ken.click("applause", `.action[href$="/boosts/new"]`)
	ken.waitFor(`document.activeElement.matches(".new-boost input")`)
	ken.run(chromedp.Click(".new-boost .cancel"))
	ken.waitFor(`!document.querySelector(".new-boost")`)

	ken.click("applause", `.action[href$="/boosts/new"]`)
	ken.waitFor(`document.activeElement.matches(".new-boost input")`)
	ken.run(chromedp.SendKeys(".new-boost input", "bravo"), chromedp.Click(".new-boost .button:not(.cancel)"))
	ken.waitFor(of(`.querySelector(".boosts").innerText.includes("bravo")`) + ` && !document.querySelector(".new-boost")`)
	ada.waitFor(of(`.querySelector(".boosts").innerText.includes("bravo")`))

	// The answer and the broadcast bring the same boost: the next of another
	// comes after both.
	ada.click("applause", ".quick button:nth-child(1)")
	for _, w := range []*window{ada, ken} {
		w.waitFor(of(`.querySelectorAll(".boost").length == 2`))
	}
	ken.click("applause", ".boost__remove")
	for _, w := range []*window{ada, ken} {
		w.waitFor(of(`.querySelectorAll(".boost").length == 1`))
	}
	ken.checkMark()
}

func TestFlowADirectRoomOpensInTheSidebarOfItsMembers(t *testing.T) {
	chat := startChat(t)
	ada, ken, bob := chat.enter("Ada L", lounge), chat.enter("Ken T", "/rooms/2"), chat.enter("Bob N", lounge)
	for _, w := range []*window{ada, ken, bob} {
		w.mark()
	}
	// The picker can be closed again.
	ada.run(chromedp.Click(`#direct_rooms_control [href="/rooms/directs/new"]`))
	ada.waitFor(`document.querySelector(".picker")`)
	ada.run(chromedp.Click("#direct_rooms_control .cancel"))
	ada.waitFor(`!document.querySelector(".picker")`)

	ada.openDirectRoom("Ken T")
	ken.waitFor(`document.querySelector("#direct_rooms > :only-child").innerText.includes("Ada L")`)
	ada.say("between us")
	ken.run(chromedp.Click("#direct_rooms > :only-child"))
	ken.waitMessages("between us", 1)
	ken.waitConnected()
	ken.say("of course")
	ada.waitMessages("of course", 1)

	// Who is not a member is neither told nor let in.
	bob.openDirectRoom("Ken T")
	ken.waitFor(`document.querySelector("#direct_rooms > :first-child").innerText.includes("Bob N") && document.querySelectorAll("#direct_rooms > *").length == 2`)
	if got := value[string](bob, `document.querySelector("#direct_rooms").innerText.trim()`); !strings.HasSuffix(got, "Ken T") || strings.Contains(got, "Ada") {
		t.Errorf("Bob's direct rooms: %q", got)
	}

	// Opened again it is the same room, first in the list.
	ada.openDirectRoom("Ken T")
	ada.waitMessages("of course", 1)
	ken.waitFor(`document.querySelector("#direct_rooms > :first-child").innerText.includes("Ada L") && document.querySelectorAll("#direct_rooms > *").length == 2`)
	for _, w := range []*window{ada, ken, bob} {
		w.checkMark()
	}
}

// A subscription with a good signature, made for a member, is not a stranger's.
func TestFlowAStrangersSubscriptionToADirectRoomIsRefused(t *testing.T) {
	chat := startChat(t)
	ada, ken, bob := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge), chat.enter("Bob N", lounge)
	ada.openDirectRoom("Ken T")
	ken.waitFor(`document.querySelector("#direct_rooms > :only-child")`)
	source := value[string](ada, `(source => (source.removeAttribute("connected"), source.id = "probe", source.outerHTML))(document.querySelector(".bar `+sources+`").cloneNode())`)
	for _, k := range []struct {
		w    *window
		want string
	}{{ken, "turbo:cable-connected"}, {bob, "turbo:cable-rejected"}} {
		k.w.run(chromedp.Evaluate(fmt.Sprintf(`
			for (const name of ["turbo:cable-connected", "turbo:cable-rejected"]) {
				addEventListener(name, ({ target, type }) => { if (target.id == "probe") window.heard = type })
			}
			document.body.insertAdjacentHTML("beforeend", %q)`, source), nil))
		k.w.waitFor("window.heard")
		if got := value[string](k.w, "window.heard"); got != k.want {
			t.Errorf("%s: got %s, want %s", k.w.name, got, k.want)
		}
	}
}

func TestFlowOnlyTheAuthorIsOfferedToChangeAMessage(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge)
	ada.say("mine")
	ken.waitMessages("mine", 1)
	ada.waitMessages("mine", 1)
	offered := messages("mine") + `[0].querySelector(".action--danger").checkVisibility()`
	if !value[bool](ada, offered) {
		t.Error("the author cannot delete")
	}
	if value[bool](ken, offered) {
		t.Error("somebody else is offered to delete")
	}
}

func TestFlowANewRoomAppearsInEverySidebar(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", "/rooms/2")
	ken.mark()
	ada.run(
		chromedp.Click(`[href="/rooms/new"]`),
		chromedp.WaitVisible(".sheet #name"),
		chromedp.SetValue(".sheet #name", "Weekend <plans>"),
		chromedp.Submit(".sheet #name"),
	)
	ken.waitFor(`document.querySelector("#shared_rooms > :first-child").innerText.includes("Weekend <plans>")`)
	ken.checkMark()
	ada.waitFor(`document.querySelector("h1").innerText.includes("Weekend <plans>")`)

	// The one that arrived is as good as the ones that were there.
	ken.run(chromedp.Click("#shared_rooms > :first-child"))
	ken.waitFor(`document.querySelector("h1").innerText.includes("Weekend <plans>")`)
	ken.waitConnected()
	ada.waitConnected()
	ada.say("first in here")
	ken.waitMessages("first in here", 1)
}

func TestFlowPagesReconnectAfterARestart(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge)
	ken.mark()
	ada.say("before")
	ken.waitMessages("before", 1)
	ada.waitMessages("before", 1)
	ada.waitConnected()

	chat.end()
	ken.waitFor(`!document.querySelector("` + sources + `[connected]")`)
	chat.begin()
	ken.waitConnected()
	ada.waitConnected()

	ada.say("after")
	ken.waitMessages("after", 1)
	ada.waitMessages("after", 1)
	ken.waitMessages("before", 1)
	ken.checkMark()
}

// What is said while a page's connection is away appears once when it is back.
func TestFlowNothingIsMissedWhileAway(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge)
	ada.mark()
	ken.mark()
	ken.run(chromedp.Evaluate(`{
		const Socket = WebSocket
		window.away = true
		WebSocket = class extends Socket {
			constructor(url, protocols) { super(url, away ? ["refused"] : protocols) }
		}
		void Turbo.cable.getConsumer().then(({ connection }) => connection.webSocket.close())
	}`, nil))
	ken.waitFor(`!document.querySelector("` + sources + `[connected]")`)
	for i := range 3 {
		ada.waitConnected()
		ada.say(fmt.Sprint("while you were away ", i))
		ada.waitMessages(fmt.Sprint("while you were away ", i), 1)
	}
	ken.run(chromedp.Evaluate(`window.away = false`, nil))
	for i := range 3 {
		ken.waitMessages(fmt.Sprint("while you were away ", i), 1)
	}
	ken.checkMark()
}

func TestFlowReadersAtTheEndFollowAndOthersStayWhereTheyRead(t *testing.T) {
	chat := startChat(t)
	ada, ken := chat.enter("Ada L", lounge), chat.enter("Ken T", lounge)
	for i := range 3 {
		line := fmt.Sprintf("line %d of a long conversation", i)
		ada.say(line)
		ken.waitMessages(line, 1)
		ada.waitMessages(line, 1)
		ada.waitConnected()
	}
	const fromEnd = `(s => s.scrollHeight - s.scrollTop - s.clientHeight)(document.querySelector(".scroller"))`
	ken.waitFor(fromEnd + ` < 2 && document.querySelector(".scroller").scrollTop > 0`)

	ken.run(chromedp.Evaluate(`void (document.querySelector(".scroller").scrollTop = 10)`, nil))
	ada.say("below the fold")
	ken.waitMessages("below the fold", 1)
	if got := value[float64](ken, `document.querySelector(".scroller").scrollTop`); got != 10 {
		t.Errorf("a reader was moved from 10 to %v", got)
	}
}

func TestFlowADeveloperSeesWhichFrameOrTargetIsMissing(t *testing.T) {
	ada := startChat(t).enter("Ada L", lounge)
	ada.run(chromedp.Evaluate(`void document.querySelector(".bar").insertAdjacentHTML("afterend", '<turbo-frame id="wanted" src="/sidebar">')`, nil))
	ada.waitFor(`(frame => frame.checkVisibility() && frame.innerText.includes('GET /sidebar answered 200, without <turbo-frame id="wanted">. It contains user_sidebar'))(document.querySelector("#wanted"))`)
	ada.run(chromedp.Evaluate(`Turbo.renderStreamMessage('<turbo-stream action="update" target="nowhere"><template></template></turbo-stream>')`, nil))
	ada.waitFor(`document.querySelector("[data-turbo-check]")?.innerText.includes("no element in the page has this id")`)
}

func TestFlowWithoutJavaScript(t *testing.T) {
	chat := startChat(t)
	ada := chat.open("Ada L", emulation.SetScriptExecutionDisabled(true))
	ada.run(chromedp.Navigate(ada.url + lounge))
	ada.waitFor(`document.querySelector("#name")`)
	ada.run(chromedp.Submit("#name")) // the suggested one
	for i := range 6 {
		line := fmt.Sprintf("plain line %d", i)
		ada.waitFor(`document.querySelector("#composer")`)
		ada.run(
			chromedp.SendKeys("#composer textarea", line),
			chromedp.Click("#composer button"),
		)
		ada.waitMessages(line, 1)
	}
	// What is a frame with JavaScript is a page.
	ada.click("plain line 5", `.action[href$="/edit"]`)
	ada.waitFor(`location.pathname.endsWith("/edit")`)
	ada.run(chromedp.SetValue(".edit textarea", "edited line 5"), chromedp.Click(".edit .button"))
	ada.waitMessages("edited line 5", 1)
	ada.click("edited line 5", `.action[href$="/boosts/new"]`)
	ada.waitFor(`document.querySelector(".new-boost")`)
	ada.run(chromedp.SendKeys(".new-boost input", "plain"), chromedp.Click(".new-boost .button"))
	ada.waitFor(messages("edited line 5") + `[0].querySelector(".boosts").innerText.includes("plain")`)
	ada.run(chromedp.Click(`[href="/rooms/directs/new"]`))
	ada.waitFor(`document.querySelector(".sheet .picker")`)
	ada.run(chromedp.Click(".person:first-child"), chromedp.Click(".picker .button"))
	ada.waitFor(`document.querySelector("h1 .faces") && document.querySelector("#direct_rooms > :only-child")`)
	ada.run(chromedp.Navigate(ada.url + lounge))
	// The list starts at its end.
	ada.waitFor(`(list => list.lastElementChild.getBoundingClientRect().bottom <= document.querySelector("#composer").getBoundingClientRect().top)(document.querySelector("message-list"))`)
}
