package stream_test

import (
	"context"
	"errors"
	"html/template"
	"io"
	"strings"
	"testing"

	"github.com/turbowasm/turbowasm/server/stream"
)

func TestMarkupIsThatOfTurboRails(t *testing.T) {
	tmpl := template.Must(template.New("page").Parse(`{{define "message"}}<p>{{.}}</p>{{end}}<b>{{.}}</b>`))
	engine := stream.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<i>engine</i>")
		return err
	})
	for _, c := range []struct {
		name string
		in   stream.Component
		want string
	}{
		{"remove has no template", stream.Remove.To("message_1", nil),
			`<turbo-stream action="remove" target="message_1"></turbo-stream>`},
		{"remove ignores content", stream.Remove.To("message_1", stream.HTML("x")),
			`<turbo-stream action="remove" target="message_1"></turbo-stream>`},
		{"append", stream.Append.To("list", stream.HTML("<div>x</div>")),
			`<turbo-stream action="append" target="list"><template><div>x</div></template></turbo-stream>`},
		{"prepend, from a component of an engine", stream.Prepend.To("list", engine),
			`<turbo-stream action="prepend" target="list"><template><i>engine</i></template></turbo-stream>`},
		{"before, from a named template", stream.Before.To("x", stream.Template(tmpl, "message", "<>")),
			`<turbo-stream action="before" target="x"><template><p>&lt;&gt;</p></template></turbo-stream>`},
		{"after, from the template itself", stream.After.To("x", stream.Template(tmpl, "", "&")),
			`<turbo-stream action="after" target="x"><template><b>&amp;</b></template></turbo-stream>`},
		{"replace by morphing", stream.Replace.To("x", stream.Text("y"), stream.Morph),
			`<turbo-stream method="morph" action="replace" target="x"><template>y</template></turbo-stream>`},
		{"a version, and an exception", stream.Remove.To("x", nil, stream.Version(-7), stream.Except("a&b")),
			`<turbo-stream version="-7" except="a&amp;b" action="remove" target="x"></turbo-stream>`},
		{"update all that match, from text", stream.Update.ToAll(`.a > [b="c"]`, stream.Text(`<'&">`)),
			`<turbo-stream action="update" targets=".a &gt; [b=&quot;c&quot;]"><template>&lt;&#39;&amp;&quot;&gt;</template></turbo-stream>`},
		{"no content is an empty template", stream.Append.To("t", nil),
			`<turbo-stream action="append" target="t"><template></template></turbo-stream>`},
		{"target wins over targets", stream.Element{Action: stream.Remove, Target: "a", Targets: ".b"},
			`<turbo-stream action="remove" target="a"></turbo-stream>`},
		{"extra attributes come first", stream.Append.To("t", nil, stream.MaintainScroll, stream.Attr{Name: "data-x", Value: `"`}),
			`<turbo-stream maintain_scroll="true" data-x="&quot;" action="append" target="t"><template></template></turbo-stream>`},
		{"refresh with a request id", stream.RefreshPage("abc"),
			`<turbo-stream request-id="abc" action="refresh"></turbo-stream>`},
		{"refresh without", stream.RefreshPage("", stream.Morph),
			`<turbo-stream method="morph" action="refresh"></turbo-stream>`},
		{"an action of the application's own", stream.Action("console_log").To("", nil, stream.Attr{Name: "message", Value: "hi"}),
			`<turbo-stream message="hi" action="console_log"><template></template></turbo-stream>`},
		{"a stream within a stream", stream.Append.To("t", stream.Remove.To("x", nil)),
			`<turbo-stream action="append" target="t"><template><turbo-stream action="remove" target="x"></turbo-stream></template></turbo-stream>`},
	} {
		if got, err := stream.Render(t.Context(), c.in); err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s, %v\nwant %s", c.name, got, err, c.want)
		}
	}
}

func TestBadElementsWriteNothing(t *testing.T) {
	boom := errors.New("boom")
	halfway := stream.ComponentFunc(func(_ context.Context, w io.Writer) error {
		io.WriteString(w, "half")
		return boom
	})
	for name, e := range map[string]stream.Element{
		"no action":               {Target: "x"},
		"content that fails":      stream.Append.To("x", halfway),
		"attribute with a space":  stream.Append.To("x", nil, stream.Attr{Name: "a onload"}),
		"attribute with a quote":  stream.Append.To("x", nil, stream.Attr{Name: `a"`}),
		"attribute without name":  stream.Append.To("x", nil, stream.Attr{Value: "x"}),
		"attribute target twice":  stream.Append.To("x", nil, stream.Attr{Name: "target", Value: "y"}),
		"the same attribute anew": stream.Append.To("x", nil, stream.Morph, stream.Morph),
	} {
		var b strings.Builder
		err := e.Render(t.Context(), &b)
		if err == nil || b.Len() > 0 {
			t.Errorf("%s: wrote %q, error %v", name, b.String(), err)
		}
	}
	if err := stream.Append.To("x", halfway).Render(t.Context(), io.Discard); !errors.Is(err, boom) {
		t.Errorf("the cause is lost: %v", err)
	}
}

type record struct{ class, key string }

func (r record) ModelName() string { return r.class }
func (r record) DOMKey() string    { return r.key }

func TestDOMIDFollowsRails(t *testing.T) {
	for _, c := range []struct {
		in     stream.Record
		prefix []string
		want   string
	}{
		{record{"Message", "1"}, nil, "message_1"},
		{record{"Message", "1"}, []string{""}, "message_1"},
		{record{"Message", "1"}, []string{"special"}, "special_message_1"},
		{record{"Rooms::Open", "5"}, []string{"list"}, "list_rooms_open_5"},
		{record{"Message", ""}, nil, "new_message"},
		{record{"Message", ""}, []string{"edit"}, "edit_message"},
		{stream.Class("Message"), nil, "new_message"},
		{stream.Class("HTMLPage2Test"), nil, "new_html_page2_test"},
		{record{"APIv2::OAuthToken", "x-1"}, nil, "ap_iv2_o_auth_token_x-1"},
	} {
		if got := stream.DOMID(c.in, c.prefix...); got != c.want {
			t.Errorf("%v %q: got %q, want %q", c.in, c.prefix, got, c.want)
		}
	}
}
