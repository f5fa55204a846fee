package cable

import (
	"strings"
	"testing"
)

// doors are cases of a server that has Server-Sent Events as well.
var doors = []struct{ name, steps, want string }{
	{
		"sockets that are refused twice are given up for events",
		"serve fallback; create a; close; wait 0; close; wait 1000; open; welcome; confirm a; data a s e 1",
		"0 open; 0 initialized 1; 0 open; 1000 send subscribe a; 1000 listen; 1000 reconnected 1; 1000 deliver a e 1",
	}, {
		"without events sockets are tried for ever",
		"create a; close; wait 0; close; wait 1000; close; wait 2000; close; wait 4000",
		"0 open; 0 initialized 1; 0 open; 1000 open; 3000 open; 7000 open",
	}, {
		"a server that welcomed a socket is one of sockets",
		"serve fallback; create a; open; welcome; confirm a; close; wait 0; close; wait 1000; close; wait 2000",
		"0 open; 0 initialized 1; 0 send subscribe a; 0 connected 1; 0 interrupted 1; 0 open; 1000 open; 3000 open",
	}, {
		"a socket that stays without a welcome is given up for events",
		"random 0.1; serve fallback; create a; open; wait 7000; open; welcome; confirm a",
		"0 open; 0 initialized 1; 6600 send subscribe a; 6600 listen; 7000 reconnected 1",
	}, {
		"a socket that never opens is given up for events",
		"random 0.1; serve fallback; create a; wait 7000; open; welcome; confirm a",
		"0 open; 0 initialized 1; 6600 send subscribe a; 6600 listen; 7000 reconnected 1",
	}, {
		"lost events are tried as a socket once, and go on where they were",
		"serve fallback; create a; close; wait 0; close; wait 1000; open; welcome; confirm a; data a s e 8; close; wait 0; close; wait 2000; open; welcome; confirm a",
		"0 open; 0 initialized 1; 0 open; 1000 send subscribe a; 1000 listen; 1000 reconnected 1; 1000 deliver a e 8; 1000 interrupted 1; 1000 open; " +
			"2000 send subscribe a since 1700000001 s e 8; 2000 listen; 3000 reconnected 1",
	}, {
		"events alone are asked for once by all",
		"serve events; create a; create b; wait 0; open; welcome; confirm a; confirm b",
		"0 initialized 1; 0 initialized 2; 0 send subscribe a; 0 send subscribe b; 0 listen; 0 connected 1; 0 connected 2",
	}, {
		"who comes and goes has events asked for anew, and others are not told",
		"serve events; show a s e 5; create a; wait 0; open; welcome; confirm a; create b; wait 0; open; welcome; confirm a; confirm b; unsubscribe 2; wait 0",
		"0 initialized 1; 0 send subscribe a since s e 5; 0 listen; 0 connected 1; 0 initialized 2; " +
			"0 send subscribe a since 1700000000 s e 5; 0 send subscribe b; 0 listen; 0 connected 2; 0 send subscribe a since 1700000000 s e 5; 0 listen",
	}, {
		"a page that shows less has events asked for anew",
		"serve events; create a; wait 0; open; welcome; confirm a; data a s e 7; show a s e 5; wait 0; open; welcome; confirm a; data a s e 6",
		"0 initialized 1; 0 send subscribe a; 0 listen; 0 connected 1; 0 deliver a e 7; 0 send subscribe a since 1700000000 s e 5; 0 listen; 0 deliver a e 6",
	}, {
		"what gets no answer is asked for again, seldom",
		"serve events; create a; wait 0; open; welcome; wait 3000; ping; wait 3000; ping; wait 3000; ping; wait 1000",
		"0 initialized 1; 0 send subscribe a; 0 listen; 10000 send subscribe a; 10000 listen",
	}, {
		"events that are closed for good stay so",
		"serve events; create a; wait 0; open; welcome; goodbye false; close; wait 60000",
		"0 initialized 1; 0 send subscribe a; 0 listen; 0 close; 0 lost 1",
	}, {
		"events may be closed before they are open",
		"serve events; create a; wait 0; disconnect; close; wait 60000; create b; wait 0",
		"0 initialized 1; 0 send subscribe a; 0 listen; 0 close; 60000 initialized 2; 60000 send subscribe a; 60000 send subscribe b; 60000 listen",
	}, {
		"events that cannot be had are asked for later",
		"serve events; throw; create a; wait 0; wait 1500; open; welcome; confirm a",
		"0 initialized 1; 0 send subscribe a; 0 fails: bad URL; 0 send subscribe a; 0 listen; 1500 reconnected 1",
	},
}

func TestDoors(t *testing.T) {
	for _, c := range doors {
		t.Run(c.name, func(t *testing.T) {
			got, want := strings.Join(play(c.steps).trace, "\n"), strings.ReplaceAll(c.want, "; ", "\n")
			if got != want {
				t.Errorf("steps: %s\ngot:\n%s\nwant:\n%s", c.steps, got, want)
			}
		})
	}
}
