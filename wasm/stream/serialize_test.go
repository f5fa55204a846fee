package stream

import "testing"

func TestSerialized(t *testing.T) {
	for _, c := range []struct {
		source, want string
		ok           bool
	}{
		{"", "", true},
		{"a &amp; b &lt;c&gt; &nbsp;", "a &amp; b &lt;c&gt; &nbsp;", true},
		{"&#39;a&#39; &quot;b&#34; 1 &#43; 1 > 1", `'a' "b" 1 + 1 &gt; 1`, true},
		{`<li id="a" class="b c" data-x-1=""><b>é</b><br></li>`, `<li id="a" class="b c" data-x-1=""><b>é</b><br></li>`, true},
		{"<p>\n  a\n</p>", "<p>\n  a\n</p>", true},
		{"a & b", "", false},
		{"&copy;", "", false},
		{"&am", "", false},
		{"&", "", false},
		{"\u00a0", "", false},
		{"a\r\nb", "", false},
		{"<br/>", "", false},
		{"<br />", "", false},
		{"<b >a</b>", "", false},
		{`<b  class="a">a</b>`, "", false},
		{"<b class='a'>a</b>", "", false},
		{"<b hidden>a</b>", "", false},
		{`<b Class="a">a</b>`, "", false},
		{`<b class="a" class="b">a</b>`, "", false},
		{`<b title="&amp;">a</b>`, "", false},
		{`<b title="a>b">a</b>`, "", false},
		{`<b title="©">a</b>`, `<b title="©">a</b>`, true},
		{"<b title=\"\u00a0\">a</b>", "", false},
		{"<pre>\na</pre>", "", false},
		{`<svg viewbox="0"></svg>`, "", false},
	} {
		if got, ok := serialized(nil, c.source); ok != c.ok || ok && string(got) != c.want {
			t.Errorf("%q: got %q, %v, want %q, %v", c.source, got, ok, c.want, c.ok)
		}
	}
}

func TestAttributesOfATag(t *testing.T) {
	const tag = "<turbo-stream action=toast\ttarget='a\"b' bare data-x=\"1 &lt; 2 &amp;amp; &#39;3&#39;\"\n other=\"&eacute;\" return=\"\r\">"
	for _, c := range []struct {
		name, want string
		ok         bool
	}{
		{"action", "toast", true}, {"target", `a"b`, true}, {"bare", "", true}, {"none", "", true}, {"", "", true},
		{"DATA-X", "1 < 2 &amp; '3'", true}, {"other", "", false}, {"return", "", false}, {"class=", "", true},
	} {
		if got, ok := decoded(nil, attributeOf(tag, c.name)); ok != c.ok || ok && string(got) != c.want {
			t.Errorf("%s: got %q, %v, want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
