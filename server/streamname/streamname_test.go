package streamname_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbowasm/turbowasm/server/streamname"
)

var secret = strings.Repeat("0123456789abcdef", 8)

func derived(t *testing.T, derive func(string) ([]byte, error)) []byte {
	t.Helper()
	key, err := derive(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeysAreThoseOfRails(t *testing.T) {
	for _, c := range []struct {
		name, want string
		got        []byte
	}{
		{"SHA256", "7abcd5758752313f1d691ad878b93c5c7e9bf71bd853e9b10c3d2861233525e898d0a04aae89abc8b5da1e1ccbd749cccb3a93a9900de3d53189b40191b5a460", derived(t, streamname.DeriveKey)},
		{"SHA1", "f2162065152bf45163868492b2f081295f938a68f7a18b6d40bc9d15e94b8ea0819b3011cf2f3c1b9228b8e722f706453e0257e9da2530eee8d59875740244a1", derived(t, streamname.DeriveKeySHA1)},
	} {
		if got := hex.EncodeToString(c.got); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestSignaturesAreThoseOfRails(t *testing.T) {
	sha256, sha1 := derived(t, streamname.DeriveKey), derived(t, streamname.DeriveKeySHA1)
	for _, c := range []struct {
		name string
		key  []byte
		want string
	}{
		{"rooms", sha256, "InJvb21zIg==--9c54584bdecc68fb9832120bbc8dee2525334759d93c48d3013e64166894e135"},
		{"chat/2024", sha256, "ImNoYXQvMjAyNCI=--f67ece464576dbfbb48eb484f08d741b5a7014de3c76bd26cf7000a51bb2708f"},
		{"Z2lkOi8vY2FtcGZpcmUvUm9vbXM6Ok9wZW4vNQ:messages", sha256, "IloybGtPaTh2WTJGdGNHWnBjbVV2VW05dmJYTTZPazl3Wlc0dk5ROm1lc3NhZ2VzIg==--4f9e5d7b161abb8e468cff946f7553c4669e121e59210a74722c2820de7b0d9a"},
		{`a<b>&"c" é`, sha256, "ImE8Yj4mXCJjXCIgw6ki--7ea5f0ac34ed2dab49439365534bafce64607e51a2b33046dfe867bfdb6890d6"},
		{"rooms", sha1, "InJvb21zIg==--6b213cf7736cfda903498f50b9dc0e367df11df668bd66bf9354713d556ad4b2"},
		{"rooms", []byte("0123456789abcdef"), "InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db"},
	} {
		v := streamname.Verifier{Keys: [][]byte{c.key}}
		got, err := v.Sign(c.name, nil)
		if err != nil || got != c.want {
			t.Errorf("sign %q: got %q, %v, want %q", c.name, got, err, c.want)
		}
		if got, err := v.Verify(c.want, ""); err != nil || got != c.name {
			t.Errorf("verify %q: got %q, %v", c.name, got, err)
		}
	}
}

func TestPayloadIsWrittenAsRubyWritesJSON(t *testing.T) {
	name := "\u2028/\b\f\n\r\t\x01\x7f\\\"<&>"
	v := streamname.Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}
	signed, err := v.Sign(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(signed[:strings.LastIndex(signed, "--")])
	want := "\"\u2028/" + `\b\f\n\r\t\u0001` + "\x7f" + `\\\"<&>"`
	if err != nil || string(payload) != want {
		t.Errorf("got %q, %v, want %q", payload, err, want)
	}
	if got, err := v.Verify(signed, ""); err != nil || got != name {
		t.Errorf("verify: got %q, %v", got, err)
	}
}

func TestBothAlphabetsVerify(t *testing.T) {
	key := []byte("0123456789abcdef")
	for _, c := range []struct{ name string }{{"a?>~"}, {"ab?>~"}, {"abc?>~\u07ff"}, {strings.Repeat(">>>?", 40)}, {"ﾀ, whose data has -- within"}} {
		for _, urlSafe := range []bool{false, true} {
			signed, err := (&streamname.Verifier{Keys: [][]byte{key}, URLSafe: urlSafe}).Sign(c.name, nil)
			if err != nil {
				t.Fatal(err)
			}
			data := signed[:len(signed)-66]
			if urlSafe && strings.ContainsAny(data, "+/=") {
				t.Errorf("%q is not URL-safe", signed)
			}
			for _, other := range []bool{false, true} {
				got, err := (&streamname.Verifier{Keys: [][]byte{key}, URLSafe: other}).Verify(signed, "")
				if err != nil || got != c.name {
					t.Errorf("signed with URLSafe=%t, verified with %t: got %q, %v", urlSafe, other, got, err)
				}
			}
		}
	}
}

func TestWhatIsNotOursIsRefused(t *testing.T) {
	v := streamname.Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}
	good, err := v.Sign("rooms", nil)
	if err != nil {
		t.Fatal(err)
	}
	foreign, _ := (&streamname.Verifier{Keys: [][]byte{[]byte("another 16 bytes")}}).Sign("rooms", nil)
	for name, signed := range map[string]string{
		"nothing":                   "",
		"another key":               foreign,
		"only a separator":          "--",
		"no data":                   good[len("InJvb21zIg=="):],
		"no digest":                 "InJvb21zIg==--",
		"changed data":              "Jn" + good[2:],
		"changed digest":            good[:len(good)-1] + "x",
		"upper-case digest":         good[:14] + strings.ToUpper(good[14:]),
		"another separator":         strings.Replace(good, "--", "-_", 1),
		"something behind":          good + "0",
		"a purpose that it has not": good,
	} {
		purpose := ""
		want := streamname.ErrSignature
		if strings.HasPrefix(name, "a purpose") {
			purpose, want = "other", streamname.ErrPurpose
		}
		if got, err := v.Verify(signed, purpose); !errors.Is(err, want) || got != "" {
			t.Errorf("%s: got %q, %v, want %v", name, got, err, want)
		}
	}
	var zero streamname.Verifier
	if _, err := zero.Sign("rooms", nil); err == nil {
		t.Error("signed without a key")
	}
	if _, err := zero.Verify(good, ""); !errors.Is(err, streamname.ErrKey) {
		t.Errorf("verified without a key: %v", err)
	}
	for _, bad := range []string{"", "\xff"} {
		if got, err := v.Sign(bad, nil); err == nil {
			t.Errorf("signed %q as %q", bad, got)
		}
	}
}

func TestSecretsAndKeysThatCanBeGuessedAreRefused(t *testing.T) {
	for _, short := range []string{"", "s", "fifteen bytes.."} {
		if key, err := streamname.DeriveKey(short); !errors.Is(err, streamname.ErrKey) || key != nil {
			t.Errorf("the secret %q makes the key %x, %v", short, key, err)
		}
		if key, err := streamname.DeriveKeySHA1(short); !errors.Is(err, streamname.ErrKey) || key != nil {
			t.Errorf("by SHA-1 the secret %q makes the key %x, %v", short, key, err)
		}
		for _, keys := range [][][]byte{{[]byte(short)}, {derived(t, streamname.DeriveKey), []byte(short)}} {
			v := streamname.Verifier{Keys: keys}
			if signed, err := v.Sign("rooms", nil); !errors.Is(err, streamname.ErrKey) {
				t.Errorf("%q signs %q, %v", keys, signed, err)
			}
			if _, err := v.Open("InJvb21zIg==--9c54584bdecc68fb9832120bbc8dee2525334759d93c48d3013e64166894e135"); !errors.Is(err, streamname.ErrKey) {
				t.Errorf("%q verifies: %v", keys, err)
			}
		}
	}
}

func TestAKeyIsReplacedWhileItsNamesAreStillShown(t *testing.T) {
	before := streamname.Verifier{Keys: [][]byte{derived(t, streamname.DeriveKeySHA1)}}
	after := streamname.Verifier{Keys: [][]byte{derived(t, streamname.DeriveKey), derived(t, streamname.DeriveKeySHA1)}}
	old, err := before.Sign("rooms", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Verify(old, ""); got != "rooms" || err != nil {
		t.Errorf("a name of the old key: got %q, %v", got, err)
	}
	signed, err := after.Sign("rooms", nil)
	if err != nil || signed == old {
		t.Errorf("the old key signs on: %q, %v", signed, err)
	}
	if _, err := before.Verify(signed, ""); !errors.Is(err, streamname.ErrSignature) {
		t.Errorf("a name of the new key, verified with the old: %v", err)
	}
}

func TestEnvelopeExpiresAndHasAPurpose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // time begins at 2000-01-01 00:00 UTC
		v := streamname.Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}
		signed, err := v.Sign("rooms", &streamname.SignOptions{Expires: time.Now().Add(time.Minute), Purpose: "chat"})
		if err != nil {
			t.Fatal(err)
		}
		payload, _ := base64.StdEncoding.DecodeString(signed[:len(signed)-66])
		want := `{"_rails":{"data":"rooms","exp":"2000-01-01T00:01:00.000Z","pur":"chat"}}`
		if string(payload) != want {
			t.Errorf("payload: got %s, want %s", payload, want)
		}
		if got, err := v.Verify(signed, "chat"); err != nil || got != "rooms" {
			t.Errorf("before the end: got %q, %v", got, err)
		}
		whole := streamname.Name{Stream: "rooms", Purpose: "chat", Expires: time.Now().Add(time.Minute).UTC()}
		if got, err := v.Open(signed); err != nil || got != whole {
			t.Errorf("opened: got %+v, %v, want %+v", got, err, whole)
		}
		for _, purpose := range []string{"", "Chat"} {
			if _, err := v.Verify(signed, purpose); !errors.Is(err, streamname.ErrPurpose) {
				t.Errorf("for the purpose %q: %v", purpose, err)
			}
		}
		time.Sleep(time.Minute)
		if _, err := v.Verify(signed, "chat"); !errors.Is(err, streamname.ErrExpired) {
			t.Errorf("at the end: %v", err)
		}
	})
}

func TestJoinNamesStreamsAsTurboRailsDoes(t *testing.T) {
	room := streamname.GlobalID{App: "campfire", Class: "Rooms::Open", ID: "5"}
	for _, c := range []struct {
		name string
		in   []any
		want string
	}{
		{"a string", []any{"rooms"}, "rooms"},
		{"a record and a word", []any{room, "messages"}, "Z2lkOi8vY2FtcGZpcmUvUm9vbXM6Ok9wZW4vNQ:messages"},
		{"a record by its method", []any{user(42)}, "Z2lkOi8vY2FtcGZpcmUvVXNlci80Mg"},
		{"a parameter", []any{slug("a-b"), 7, uint8(8)}, "a-b:7:8"},
		{"lists in lists", []any{[]any{"a", []string{"b", "c"}}, "d"}, "a:b:c:d"},
	} {
		if got, err := streamname.Join(c.in...); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	for _, in := range [][]any{nil, {nil}, {""}, {" ", "messages"}, {[]any{}}, {[]string{""}}} {
		if got, err := streamname.Join(in...); !errors.Is(err, streamname.ErrBlank) {
			t.Errorf("%#v: got %q, %v, want %v", in, got, err, streamname.ErrBlank)
		}
	}
	if got, err := streamname.Join(3.5); err == nil {
		t.Errorf("a float became %q", got)
	}
}

type user int

func (u user) GlobalID() streamname.GlobalID {
	return streamname.GlobalID{App: "campfire", Class: "User", ID: "42"}
}

type slug string

func (s slug) ToParam() string { return string(s) }
