// Package streamname names streams and signs the names, so that a page can only
// subscribe to what the server put into it. Names and signatures are identical
// to those of turbo-rails 2.0.21 and of Rails's message verifier: a Go server
// and a Rails application with the same secret accept each other's.
package streamname

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// GlobalID identifies a record across applications: gid://chat/Rooms::Open/5.
type GlobalID struct {
	App   string // name of the application, dasherised
	Class string // concrete class name, "Rooms::Open"
	ID    string
}

// String is the URI form.
func (g GlobalID) String() string { return "gid://" + g.App + "/" + g.Class + "/" + g.ID }

// Param is the URI in URL-safe Base64 without padding, which represents the
// record in a stream name.
func (g GlobalID) Param() string { return base64.RawURLEncoding.EncodeToString([]byte(g.String())) }

// ErrGlobalID reports that [ParseParam] got something else than a GlobalID.
var ErrGlobalID = errors.New("not a GlobalID")

// ParseParam reads the result of [GlobalID.Param]. In an Authorize hook it
// yields the record that a verified stream name is about.
func ParseParam(param string) (GlobalID, error) {
	uri, err := base64.RawURLEncoding.DecodeString(param)
	if err != nil {
		return GlobalID{}, fmt.Errorf("streamname: parse %q: %w", param, ErrGlobalID)
	}
	rest, ok := strings.CutPrefix(string(uri), "gid://")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || slices.Contains(parts, "") {
		return GlobalID{}, fmt.Errorf("streamname: parse %q: %w", uri, ErrGlobalID)
	}
	return GlobalID{App: parts[0], Class: parts[1], ID: parts[2]}, nil
}

// ErrBlank reports a streamable that is nil or an empty string. Skipping it
// could yield the name of another stream.
var ErrBlank = errors.New("blank streamable: pass a non-empty value")

// Join names a stream after streamables, joined by colons:
//
//	Join("rooms")                     rooms
//	Join(room, "messages")            Z2lkOi8v…:messages
//
// A streamable is a string, an integer, a [GlobalID], anything with a method
// GlobalID() GlobalID or ToParam() string, or a list ([]any, []string) of these.
func Join(streamables ...any) (string, error) {
	parts, err := appendParts(nil, streamables)
	if err == nil && len(parts) == 0 {
		err = ErrBlank
	}
	if err != nil {
		return "", fmt.Errorf("streamname: join: %w", err)
	}
	return strings.Join(parts, ":"), nil
}

// notStreamable lists the types that are accepted.
func notStreamable(s any) error {
	err := fmt.Errorf("%T is not streamable: pass a string, an integer, a streamname.GlobalID, a type with the method GlobalID() streamname.GlobalID or ToParam() string, or a []any or []string of these", s)
	switch reflect.New(reflect.TypeOf(s)).Interface().(type) {
	case interface{ GlobalID() GlobalID }, interface{ ToParam() string }:
		err = fmt.Errorf("%w; pass a pointer (*%T), because the method has a pointer receiver", err, s)
	}
	return err
}

func appendParts(parts []string, streamables []any) ([]string, error) {
	for _, s := range streamables {
		var part string
		switch s := s.(type) {
		case []any:
			var err error
			if parts, err = appendParts(parts, s); err != nil {
				return nil, err
			}
			continue
		case []string:
			for _, p := range s {
				if strings.TrimSpace(p) == "" {
					return nil, ErrBlank
				}
				parts = append(parts, p)
			}
			continue
		case nil:
		case string:
			part = s
		case GlobalID:
			part = s.Param()
		case interface{ GlobalID() GlobalID }:
			part = s.GlobalID().Param()
		case interface{ ToParam() string }:
			part = s.ToParam()
		case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
			part = fmt.Sprint(s)
		default:
			return nil, notStreamable(s)
		}
		if strings.TrimSpace(part) == "" {
			return nil, ErrBlank
		}
		parts = append(parts, part)
	}
	return parts, nil
}
