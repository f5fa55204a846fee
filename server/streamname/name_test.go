package streamname_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/turbowasm/turbowasm/server/streamname"
)

func TestParamsReadBack(t *testing.T) {
	want := streamname.GlobalID{App: "chat", Class: "Rooms::Open", ID: "5"}
	if got, err := streamname.ParseParam(want.Param()); got != want || err != nil {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for name, uri := range map[string]string{
		"another scheme": "http://chat/User/5",
		"a part missing": "gid://chat/User",
		"an empty part":  "gid://chat//5",
		"a part more":    "gid://chat/User/5/6",
		"nothing":        "",
	} {
		param := base64.RawURLEncoding.EncodeToString([]byte(uri))
		if got, err := streamname.ParseParam(param); !errors.Is(err, streamname.ErrGlobalID) {
			t.Errorf("%s: got %v, %v; want %v", name, got, err, streamname.ErrGlobalID)
		}
	}
	for name, param := range map[string]string{"no Base64": "rooms!", "padding": "Z2lkOi8vYS9iL2M="} {
		if got, err := streamname.ParseParam(param); !errors.Is(err, streamname.ErrGlobalID) {
			t.Errorf("%s: got %v, %v; want %v", name, got, err, streamname.ErrGlobalID)
		}
	}
}

func FuzzParamsReadBack(f *testing.F) {
	f.Add("Z2lkOi8vY2hhdC9Sb29tczo6T3Blbi81")
	f.Add("Z2lkOi8v")
	f.Fuzz(func(t *testing.T, param string) {
		id, err := streamname.ParseParam(param)
		if err != nil {
			return
		}
		again, err := streamname.ParseParam(id.Param())
		if err != nil || again != id {
			t.Errorf("%q: got %v, then %v, %v", param, id, again, err)
		}
	})
}
