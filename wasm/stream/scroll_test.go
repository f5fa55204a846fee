package stream

import "testing"

func TestMaintainedScroll(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, after Scroller
		above         bool
		want          float64
	}{
		{"what grows above the view's end takes the view along", Scroller{500, 2000, 400}, Scroller{500, 2120, 400}, true, 620},
		{"what shrinks above the view's end takes the view back", Scroller{500, 2000, 400}, Scroller{500, 1950, 400}, true, 450},
		{"what grows below leaves the view", Scroller{500, 2000, 400}, Scroller{500, 2120, 400}, false, 500},
		{"what the browser moved is moved back", Scroller{500, 2000, 400}, Scroller{620, 2120, 400}, false, 500},
		{"what the browser anchored is not moved twice", Scroller{500, 2000, 400}, Scroller{620, 2120, 400}, true, 620},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := maintained(test.before, test.after, test.above); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
