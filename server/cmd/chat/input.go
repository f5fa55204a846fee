package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text cleans input from a text area: line ends become \n and surrounding space
// is removed. The error completes a sentence that starts with the name of the
// field.
func text(s string, maxChars int) (string, error) {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	s = strings.TrimRightFunc(strings.TrimLeft(s, "\n"), unicode.IsSpace)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t'
	}):
		return "", errors.New("must be plain text")
	case strings.TrimFunc(s, invisible) == "":
		return "", errors.New("must not be empty")
	case utf8.RuneCountInString(s) > maxChars:
		return "", fmt.Errorf("must not be longer than %d characters", maxChars)
	}
	return s, nil
}

// line is like text for a single line, with single spaces.
func line(s string, maxChars int) (string, error) {
	return text(strings.Join(strings.Fields(s), " "), maxChars)
}

// invisible reports runes that leave nothing to see or click on.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp)
}
