package main

import (
	"crypto/rand"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/turbowasm/turbowasm/server/streamname"
)

// appName is the application in global ids.
const appName = "chat"

const maxUserName = 40 // characters

// user is somebody with a name, known by the cookie of one browser.
type user struct {
	ID   int64
	Name string
}

// key is the database id: the user's name in streams and to the cable.
func (u user) key() string { return strconv.FormatInt(u.ID, 10) }

// GlobalID names the user in streams.
func (u user) GlobalID() streamname.GlobalID {
	return streamname.GlobalID{App: appName, Class: "User", ID: u.key()}
}

// roomsStream is what concerns this user's sidebar alone.
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

// Hue picks one of the eight avatar colours.
func (u user) Hue() int64 { return u.ID % 8 }

// suggestName invents a name for whom none comes to mind.
func suggestName() string {
	adjectives := []string{"Amber", "Brisk", "Calm", "Dapper", "Early", "Fond", "Gentle", "Hazel", "Keen", "Lucky", "Mellow", "Swift"}
	animals := []string{"Badger", "Crane", "Dormouse", "Falcon", "Gopher", "Heron", "Ibex", "Lynx", "Marten", "Otter", "Puffin", "Wren"}
	var b [2]byte
	rand.Read(b[:])
	return adjectives[int(b[0])%len(adjectives)] + " " + animals[int(b[1])%len(animals)]
}
