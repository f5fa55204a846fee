package cable_test

import (
	"encoding/json"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/turbowasm/turbowasm/server/cable"
)

func TestInvalidUTF8EndsTheConnection(t *testing.T) {
	for name, text := range map[string]string{
		"a lone byte":           "{\"command\":\"\xff\"}",
		"a surrogate":           "{\"command\":\"\xed\xa0\x80\"}",
		"an overlong slash":     "\xc0\xaf",
		"a character cut short": "\xe2\x82",
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := serve(t, &cable.Hub{})
			c := join(t, url)
			c.send(text)
			c.wantClose(websocket.CloseInvalidFramePayloadData)
		})
	}
}

func TestIdentifiersComeBackByteForByte(t *testing.T) {
	url, _ := serve(t, &cable.Hub{Channels: echoes()})
	c := join(t, url)
	for name, token := range map[string]string{ // identifiers as JSON writes them
		"plain":                           `"{\"channel\":\"EchoChannel\"}"`,
		"spaces and order":                `" {\"x\" : 1, \"channel\":\"EchoChannel\"}"`,
		"a lone surrogate":                `"{\"channel\":\"EchoChannel\",\"x\":\"\ud800\"}"`,
		"a lone low surrogate":            `"{\"channel\":\"EchoChannel\",\"x\":\"\udc00\ud83d\"}"`,
		"a surrogate escaped in it":       `"{\"channel\":\"EchoChannel\",\"x\":\"\\ud800\"}"`,
		"a pair":                          `"{\"channel\":\"EchoChannel\",\"x\":\"\ud83d\ude00\"}"`,
		"a pair, then half of one":        `"{\"channel\":\"EchoChannel\",\"x\":\"\ud83d\ude00\ud83d\"}"`,
		"markup":                          `"{\"channel\":\"EchoChannel\",\"x\":\"<&>\u2028\"}"`,
		"the replacement character":       `"{\"channel\":\"EchoChannel\",\"x\":\"\ufffd\"}"`,
		"backslashes before what is none": `"{\"channel\":\"EchoChannel\",\"x\":\"\\\\ud800\"}"`,
	} {
		c.send(`{"command":"subscribe","identifier":` + token + `}`)
		var got struct {
			Identifier json.RawMessage `json:"identifier"`
			Type       string          `json:"type"`
		}
		if err := json.Unmarshal([]byte(c.next()), &got); err != nil || got.Type != "confirm_subscription" {
			t.Fatalf("%s: got %+v, %v", name, got, err)
		}
		if got, want := units(t, got.Identifier), units(t, []byte(token)); string(got) != string(want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// units are the UTF-16 code units of a JSON string, as JavaScript would read it.
func units(t *testing.T, token []byte) (all []rune) {
	t.Helper()
	in := token[1 : len(token)-1]
	for len(in) > 0 {
		n := 1
		switch {
		case in[0] == '\\' && in[1] == 'u':
			n = 6
		case in[0] == '\\':
			n = 2
		}
		if n == 6 && (in[2] == 'd' || in[2] == 'D') && in[3] >= '8' {
			all = append(all, []rune(string(in[:n]))...) // as it is written
			in = in[n:]
			continue
		}
		for in[0] != '\\' && len(in) > n && in[n]&0xc0 == 0x80 {
			n++
		}
		var s string
		if err := json.Unmarshal([]byte(`"`+string(in[:n])+`"`), &s); err != nil {
			t.Fatal(err)
		}
		for _, r := range s {
			if r > 0xffff {
				b := []byte(`\u0000\u0000`)
				const hex = "0123456789abcdef"
				for i, v := range []rune{0xd800 + (r-0x10000)>>10, 0xdc00 + (r-0x10000)&0x3ff} {
					for j := range 4 {
						b[6*i+5-j] = hex[v>>(4*j)&0xf]
					}
				}
				all = append(all, []rune(string(b))...)
				continue
			}
			all = append(all, r)
		}
		in = in[n:]
	}
	return all
}

func TestKeysCountAsTheyAreWritten(t *testing.T) {
	url, _ := serve(t, &cable.Hub{Channels: echoes()})
	c := join(t, url)
	for _, text := range []string{
		`{"COMMAND":"subscribe","identifier":"{\"channel\":\"EchoChannel\"}"}`,
		`{"command":"subscribe","Identifier":"{\"channel\":\"EchoChannel\"}"}`,
		`{"command":"subscribe","identifier":"{\"CHANNEL\":\"EchoChannel\"}"}`,
		`{"command":"subscribe","identifier":"{\"Channel\":\"EchoChannel\"}"}`,
	} {
		c.send(text)
		c.settle()
	}
	folded := `{"channel":"Turbo::StreamsChannel","Signed_Stream_Name":` + signed(t, "rooms")[len(`{"channel":"Turbo::StreamsChannel","signed_stream_name":`):]
	c.command("subscribe", folded)
	c.want(rejection(folded))
	both := `{"channel":"EchoChannel","CHANNEL":"NoSuchChannel"}`
	c.subscribe(both)
	c.perform(both, `{"ACTION":"x"}`)
	c.want(data(both, `{"action":"receive","data":{"ACTION":"x"}}`))
}
