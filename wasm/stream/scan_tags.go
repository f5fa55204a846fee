package stream

import "unsafe"

// What is open around a place in content, as far as the rules of tree
// construction depend on it (HTML standard, "in body" and the modes around it).
const (
	inFlow    = 1 << iota // always
	inRoot                // at the top of the content
	inTable               // directly in table
	inSection             // directly in tbody, thead, tfoot
	inRow                 // directly in tr
	inColumns             // directly in colgroup
	inOptions             // in select, datalist or optgroup
	inGroup               // in optgroup
	inSVG                 // in svg
	inText                // where only text is certain: option, title of an svg
	openP
	openItem // li with no list inside
	openTerm // dd or dt with no dl inside
	openHeading
	openLink
	openButton
	openForm

	inStructure = inTable | inSection | inRow | inColumns
	inSpecial   = inStructure | inOptions | inSVG | inText
)

// How the inside of an element is read.
const (
	plain    = iota // tags and text
	void            // nothing inside, no end tag
	raw             // text up to the end tag
	foreign         // svg: may close itself
	declined        // never certain
)

// A tag is what the scanner knows about an element's name. An element may
// open where none of forbid and one of need is open; inside it clear is taken
// out of what is open and set put in.
type tag struct {
	key                      uint64 // the name, as load reads it
	forbid, need, clear, set uint32
	kind                     uint8
	isolated                 bool // never joinable
	part                     bool // may be at the top only with its like
}

// unknown is the rule for every name that the parser treats as an ordinary
// element, custom elements among them.
var unknown = tag{forbid: inSpecial, need: inFlow, clear: inRoot, isolated: true}

// block is the rule for elements whose start closes an open p.
var block = tag{forbid: inSpecial | openP, need: inFlow, clear: inRoot}

// Names of at most eight bytes are found by hash. tagMultiplier was found by
// random search and puts no two of them into one place.
const (
	tagBits       = 10
	tagMultiplier = 0xecba5e93d6332cfd
)

var tags = makeTags()

func tagIndex(key uint64) uint64 { return key * tagMultiplier >> (64 - tagBits) }

func makeTags() (table [1 << tagBits]tag) {
	add := func(t tag, names ...string) {
		for _, name := range names {
			t.key = word(name)
			place := &table[tagIndex(t.key)]
			if place.key != 0 {
				panic("stream: the name " + name + " needs another tagMultiplier")
			}
			*place = t
		}
	}
	with := func(t tag, change func(*tag)) tag {
		change(&t)
		return t
	}
	inline := with(unknown, func(t *tag) { t.isolated = false })
	isolatedBlock := with(block, func(t *tag) { t.isolated = true })

	add(inline, "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del",
		"dfn", "em", "font", "i", "ins", "kbd", "label", "legend", "mark", "meter",
		"output", "picture", "progress", "q", "s", "samp", "slot", "small", "span",
		"strike", "strong", "sub", "sup", "time", "tt", "u", "var")
	add(with(inline, func(t *tag) { t.forbid |= openLink; t.set = openLink }), "a")
	add(with(inline, func(t *tag) { t.forbid |= openButton; t.set = openButton }), "button")
	add(with(inline, func(t *tag) { t.kind = void }), "br", "img", "input", "wbr")
	add(with(unknown, func(t *tag) { t.kind = void }), "area", "embed", "link", "meta", "source", "track")
	add(with(unknown, func(t *tag) { t.kind = raw }), "textarea", "style", "iframe")
	add(unknown, "audio", "canvas", "map", "template", "video")

	add(block, "address", "article", "aside", "div", "fieldset", "figure",
		"footer", "header", "hgroup", "main", "nav", "pre", "section")
	add(isolatedBlock, "details", "dialog", "search", "summary")
	add(with(block, func(t *tag) { t.kind = void }), "hr")
	add(with(block, func(t *tag) { t.set = openP }), "p")
	add(with(block, func(t *tag) { t.clear |= openItem }), "menu", "ol", "ul")
	add(with(block, func(t *tag) { t.clear |= openTerm }), "dl")
	add(with(block, func(t *tag) { t.forbid |= openItem; t.set = openItem }), "li")
	add(with(block, func(t *tag) { t.forbid |= openTerm; t.set = openTerm }), "dd", "dt")
	add(with(block, func(t *tag) { t.forbid |= openHeading; t.set = openHeading }),
		"h1", "h2", "h3", "h4", "h5", "h6")
	add(with(isolatedBlock, func(t *tag) { t.forbid |= openForm; t.set = openForm }), "form")

	add(with(unknown, func(t *tag) { t.set = inOptions }), "select", "datalist")
	add(tag{need: inOptions, forbid: inGroup | inText, set: inGroup, isolated: true}, "optgroup")
	add(tag{need: inOptions, forbid: inText, set: inText, isolated: true}, "option")

	add(with(isolatedBlock, func(t *tag) { t.set = inTable }), "table")
	structure := tag{forbid: inText | inSVG | inOptions, isolated: true, part: true}
	add(with(structure, func(t *tag) {
		t.need, t.clear, t.set = inTable|inRoot, inTable|inRoot, inSection
	}), "tbody", "tfoot", "thead")
	add(with(structure, func(t *tag) {
		t.need, t.clear, t.set = inTable|inSection|inRoot, inTable|inSection|inRoot, inRow
	}), "tr")
	add(with(structure, func(t *tag) { t.need, t.clear = inRow|inRoot, inRow|inRoot }), "td", "th")
	add(with(structure, func(t *tag) { t.need, t.clear = inTable, inTable }), "caption")
	add(with(structure, func(t *tag) { t.need, t.clear, t.set = inTable, inTable, inColumns }), "colgroup")
	add(with(structure, func(t *tag) { t.need, t.kind = inTable|inColumns, void }), "col")

	add(with(inline, func(t *tag) { t.set, t.kind = inSVG, foreign }), "svg")
	drawing := tag{need: inSVG, forbid: inText, kind: foreign}
	add(drawing, "circle", "defs", "ellipse", "g", "line", "mask", "path", "polygon",
		"polyline", "rect", "stop", "symbol", "text", "tspan", "use")
	add(with(drawing, func(t *tag) { t.set = inText }), "desc", "title")

	// Names that switch the tokenizer, or are rewritten, ignored or closed by rules
	// that the table above does not have.
	add(tag{kind: declined}, "applet", "base", "basefont", "bgsound", "body",
		"center", "dir", "frame", "frameset", "head", "html", "image", "keygen",
		"listing", "marquee", "math", "menuitem", "nobr", "noembed", "noframes",
		"noscript", "object", "param", "rb", "rp", "rt", "rtc", "script", "xmp")
	return table
}

// tagAt returns the rule for the element whose name is at i, the first bytes of
// the name and its length; no rule when it is not certain.
func tagAt(p unsafe.Pointer, i int) (t *tag, w uint64, n int) {
	w, n = load(p, i), 8
	if m := tagEnd(w); m != 0 {
		n = first(m)
		w &= mask(n)
	}
	t = &tags[tagIndex(w)]
	if c := at(p, i+n); t.key == w && w != 0 && (c == '>' || c == '/' || space(c)) {
		return t, w, n
	}
	if n = longName(p, i); n == 0 {
		return nil, 0, 0
	}
	return longTag(p, i, n), load(p, i), n
}

// longName returns the length of the tag name at i, of any length; 0 when it
// is not certain.
func longName(p unsafe.Pointer, i int) (n int) {
	if c := at(p, i); c < 'a' || c > 'z' {
		return 0
	}
	for {
		n++
		switch c := at(p, i+n); {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		case c == '>', c == '/', space(c):
			return n
		default:
			return 0
		}
	}
}

// longTag returns the rule for the name of length n at i, which is not in
// the table; none for names that are never certain.
func longTag(p unsafe.Pointer, i, n int) *tag {
	is := func(name string) bool {
		if len(name) != n {
			return false
		}
		for k := range len(name) {
			if at(p, i+k) != name[k] {
				return false
			}
		}
		return true
	}
	switch {
	case is("blockquote"), is("figcaption"):
		return &block
	case is("turbo-stream"), is("plaintext"):
		return nil
	}
	return &unknown
}
