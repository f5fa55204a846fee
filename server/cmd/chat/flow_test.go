package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
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
		chromedp.WaitVisible("#body"),
		chromedp.SetValue("#body", "rewritten by ada"),
		chromedp.Submit("#body"),
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
	// The list starts at its end.
	ada.waitFor(`(list => list.lastElementChild.getBoundingClientRect().bottom <= document.querySelector("#composer").getBoundingClientRect().top)(document.querySelector("message-list"))`)
}
