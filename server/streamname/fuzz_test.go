package streamname

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzVerify looks for signed names that verify although we did not sign them,
// and for names that do not survive signing.
func FuzzVerify(f *testing.F) {
	f.Add("InJvb21zIg==--a4af9593b46d58a3b1b500647cd061256f677a3561d6386ca9ae27d4547567b7")
	f.Add("--")
	f.Add("a<b>\u2028\"\\\x00")
	f.Add("\xff")
	v := Verifier{Key: []byte("s3cr3t")}
	f.Fuzz(func(t *testing.T, s string) {
		if name, err := v.Verify(s, ""); err == nil {
			again, err := v.Sign(name, nil)
			if err != nil || again != s {
				t.Errorf("verified %q as %q, which signs as %q, %v", s, name, again, err)
			}
		}
		for _, o := range []*SignOptions{nil, {Purpose: "p", Expires: time.Now().Add(time.Hour)}} {
			signed, err := v.Sign(s, o)
			if err != nil {
				if s != "" && utf8.ValidString(s) {
					t.Errorf("sign %q: %v", s, err)
				}
				continue
			}
			purpose := ""
			if o != nil {
				purpose = o.Purpose
			}
			if name, err := v.Verify(signed, purpose); err != nil || name != s {
				t.Errorf("signed %q, verified %q, %v", s, name, err)
			}
		}
	})
}

// FuzzOpen feeds payloads that a holder of the key might have signed.
func FuzzOpen(f *testing.F) {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Add([]byte(`"rooms"`), "")
	f.Add([]byte(`{"_rails":{"data":"rooms","exp":"2024-01-01T00:00:00.001Z","pur":"p"}}`), "p")
	f.Add([]byte(`{"_rails":null}`), "")
	f.Add([]byte(`[[[[`), "")
	f.Fuzz(func(t *testing.T, payload []byte, purpose string) {
		if name, err := open(payload, purpose, now); err == nil && (name == "" || !utf8.ValidString(name)) {
			t.Errorf("opened %q as %q", payload, name)
		}
	})
}

func TestEnvelopesOfEveryRailsOpen(t *testing.T) {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	old := base64.StdEncoding.EncodeToString([]byte(`"rooms"`))
	for _, c := range []struct {
		name, payload, purpose string
		want                   string
		err                    error
	}{
		{"data, without limits", `{"_rails":{"data":"rooms"}}`, "", "rooms", nil},
		{"message, as Rails 7.0 and older wrote it", `{"_rails":{"message":"` + old + `","exp":null,"pur":"p"}}`, "p", "rooms", nil},
		{"a purpose where none is wanted", `{"_rails":{"data":"rooms","pur":"p"}}`, "", "", ErrPurpose},
		{"expired this millisecond", `{"_rails":{"data":"rooms","exp":"2024-01-01T00:00:00.000Z"}}`, "", "", ErrExpired},
		{"not yet expired", `{"_rails":{"data":"rooms","exp":"2024-01-01T00:00:00.001Z"}}`, "", "rooms", nil},
		{"an expiry that is no time is not taken for none", `{"_rails":{"data":"rooms","exp":"soon"}}`, "", "", ErrSignature},
		{"no data", `{"_rails":{}}`, "", "", ErrSignature},
		{"a number", `5`, "", "", ErrSignature},
		{"null", `null`, "", "", ErrSignature},
	} {
		got, err := open([]byte(c.payload), c.purpose, now)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %q, %v, want %q, %v", c.name, got, err, c.want, c.err)
		}
	}
}
