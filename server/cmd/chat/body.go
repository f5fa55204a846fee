package main

import (
	"regexp"
	"strings"
	"unicode"
)

// segment is a piece of a message's body: text, or a link if URL is set.
type segment struct {
	Text, URL string
}

var links = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"]+`)

// segments splits a body at the URLs in it. The joined texts equal the body.
func segments(body string) []segment {
	var list []segment
	rest := body
	for _, at := range links.FindAllStringIndex(body, -1) {
		address := trimAddress(body[at[0]:at[1]])
		if before := body[len(body)-len(rest) : at[0]]; before != "" {
			list = append(list, segment{Text: before})
		}
		list = append(list, segment{Text: address, URL: address})
		rest = body[at[0]+len(address):]
	}
	if rest != "" {
		list = append(list, segment{Text: rest})
	}
	return list
}

// trimAddress removes what belongs to the surrounding sentence: trailing
// punctuation, and a bracket that was opened before the URL.
func trimAddress(address string) string {
	for {
		trimmed := strings.TrimRight(address, ".,;:!?'*_")
		if strings.HasSuffix(trimmed, ")") && strings.Count(trimmed, ")") > strings.Count(trimmed, "(") {
			trimmed = strings.TrimSuffix(trimmed, ")")
		}
		if trimmed == address {
			return address
		}
		address = trimmed
	}
}

// emojiOnly reports whether a body consists of a few emoji, which are shown
// large.
func emojiOnly(body string) bool {
	symbols := 0
	for _, r := range body {
		switch {
		case unicode.Is(unicode.So, r):
			symbols++
		case unicode.Is(unicode.Sk, r), r == '\u200d', r == '\ufe0f', unicode.IsSpace(r): // skin tone, joiner, variation
		default:
			return false
		}
	}
	return symbols > 0 && symbols <= 6
}
