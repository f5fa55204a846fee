package stream

import "github.com/turbowasm/turbowasm/wasm/dom"

// standIn puts copies of the page's permanent elements into the places of those
// in a message that have their ids, before anything of the message is seen or
// performed, and reports whether there were any: whatever the actions do to the
// page, what they insert is as it was (Turbo 8.0.23, streams §6). For an id that
// several streams hold it is the last of them that counts, as it is the last of
// the page's elements that share one. Upstream reads an id as a part of a
// selector, and fails where it is none.
func standIn(page Page, streams []dom.Node) (found bool, err error) {
	elements, err := page.SelectAll(page.Document(), "[id][data-turbo-permanent]")
	if err != nil {
		return false, err
	}
	last := map[string]dom.Node{}
	var ids []string
	for _, n := range elements {
		id, _ := page.Attr(n, dom.ID)
		if id == "" {
			continue
		}
		if last[id] == 0 {
			ids = append(ids, id)
		}
		last[id] = n
	}
	type pair struct{ template, incoming, element dom.Node }
	var pairs []pair
	for _, id := range ids {
		for i := len(streams) - 1; i >= 0; i-- {
			template, err := Element{page, streams[i]}.Template()
			if err != nil {
				return false, err
			}
			if incoming := page.Permanent(template, last[id]); incoming != 0 {
				pairs = append(pairs, pair{template, incoming, last[id]})
				break
			}
		}
	}
	for _, p := range pairs {
		page.StandIn(p.template, p.incoming, p.element)
	}
	return len(pairs) > 0, nil
}
