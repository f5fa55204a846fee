package main

import (
	"crypto/rand"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/turbowasm/turbowasm/server/streamname"
)

// appName is the application's name in global ids.
const appName = "chat"

const maxUserName = 40 // characters

// user is a named visitor, identified by the cookie of one browser.
type user struct {
	ID   int64
	Name string
}

// key is the database id: how streams and the cable identify the user.
func (u user) key() string { return strconv.FormatInt(u.ID, 10) }

// GlobalID identifies the user in stream names.
func (u user) GlobalID() streamname.GlobalID {
	return streamname.GlobalID{App: appName, Class: "User", ID: u.key()}
}

// roomsStream is the stream of this user's own part of the sidebar.
func (u user) roomsStream() string { return u.GlobalID().Param() + ":rooms" }

// Initials are one or two letters for the avatar.
func (u user) Initials() string {
	var initials string
	for i, word := range strings.Fields(u.Name) {
		if i == 2 {
			break
		}
		r, _ := utf8.DecodeRuneInString(word)
		initials += string(unicode.ToUpper(r))
	}
	return initials
}

// Hue selects one of the eight avatar colours.
func (u user) Hue() int64 { return u.ID % 8 }

// suggestName invents a name for visitors who do not want to choose one.
func suggestName() string {
	adjectives := []string{"Amber", "Brisk", "Calm", "Dapper", "Early", "Fond", "Gentle", "Hazel", "Keen", "Lucky", "Mellow", "Swift"}
	animals := []string{"Badger", "Crane", "Dormouse", "Falcon", "Gopher", "Heron", "Ibex", "Lynx", "Marten", "Otter", "Puffin", "Wren"}
	var b [2]byte
	rand.Read(b[:])
	return adjectives[int(b[0])%len(adjectives)] + " " + animals[int(b[1])%len(animals)]
}
