package cable

const opened = "0 open; 0 initialized 1; 0 send subscribe a"

// places are cases of the extended protocol.
var places = []struct{ name, steps, want string }{
	{
		"what the page shows is where a subscription begins",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 6; history a; data a s e 7",
		opened + " since s e 5; 0 connected 1; 0 deliver a e 6; 0 deliver a e 7",
	}, {
		"a server without places is not asked for any",
		"show a s e 5; create a; open; welcome; confirm a; close; wait 0; open; welcome",
		opened + "; 0 connected 1; 0 interrupted 1; 0 open; 0 send subscribe a",
	}, {
		"a lost connection goes on where it ended",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; close; wait 0; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; history a",
		opened + "; 0 connected 1; 0 deliver a e 8; 0 interrupted 1; 0 open; 0 send subscribe a since 1700000000 s e 8; 0 reconnected 1; 0 deliver a e 9",
	}, {
		"a message that comes again is left out",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; data a s e 8; data a s e 7; data a s e 9",
		opened + "; 0 connected 1; 0 deliver a e 8; 0 deliver a e 9",
	}, {
		"a message that overtakes a history waits for it",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; data a s e 8; data a s e 6; data a s e 7; data a s e 8; history a",
		opened + " since s e 5; 0 connected 1; 0 deliver a e 6; 0 deliver a e 7; 0 deliver a e 8; 0 deliver a e 9",
	}, {
		"a message that is missing is asked for",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s e 3; data a s e 2; history a",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 send history a since s e 1; 0 deliver a e 2; 0 deliver a e 3",
	}, {
		"a message that stays missing is a gap",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s e 3; history a; history a; history a; data a s e 4",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 send history a since s e 1; 0 send history a since s e 1; 0 send history a since s e 1; " +
			"0 gap 1; 0 deliver a e 3; 0 deliver a e 4",
	}, {
		"a history that is gone is a gap, and the next message goes on",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 31; no history a; data a s e 32",
		opened + " since s e 5; 0 connected 1; 0 gap 1; 0 deliver a e 31; 0 deliver a e 32",
	}, {
		"a history that does not come is a gap",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; wait 4999; wait 1; data a s e 9",
		opened + " since s e 5; 0 connected 1; 5000 gap 1; 5000 deliver a e 8; 5000 deliver a e 9",
	}, {
		"another epoch is a gap",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s f 1; data a s f 2",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 gap 1; 0 deliver a f 1; 0 deliver a f 2",
	}, {
		"a page that shows less is sent the rest again",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; data a s e 2; show a s e 1; data a s e 3; data a s e 2; history a",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 deliver a e 2; 0 send history a since s e 1; 0 deliver a e 2; 0 deliver a e 3",
	}, {
		"a page that shows more is not told again",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 1; show a s e 3; data a s e 2; data a s e 3; data a s e 4",
		opened + "; 0 connected 1; 0 deliver a e 1; 0 deliver a e 4",
	}, {
		"what the page held is asked for anew when the connection is lost",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; close; wait 0; open actioncable-v1-ext-json; welcome; confirm a; data a s e 6; history a",
		opened + " since s e 5; 0 connected 1; 0 interrupted 1; 0 open; 0 send subscribe a since 1700000000 s e 5; 0 reconnected 1; 0 deliver a e 6",
	}, {
		"without a place a subscription goes on from the time of the last message",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; wait 3000; ping; close; wait 0; open actioncable-v1-ext-json; welcome; confirm a; data a s e 9; data a s e 8; history a",
		opened + "; 0 connected 1; 3000 interrupted 1; 3000 open; 3000 send subscribe a since 1700000003; 3000 reconnected 1; 3000 deliver a e 8; 3000 deliver a e 9",
	}, {
		"a subscription that was removed forgets its place",
		"create a; open actioncable-v1-ext-json; welcome; confirm a; data a s e 8; unsubscribe 1; create a",
		opened + "; 0 connected 1; 0 deliver a e 8; 0 send unsubscribe a; 0 initialized 2; 0 send subscribe a",
	}, {
		"messages without a place are delivered as they come",
		"show a s e 5; create a; open actioncable-v1-ext-json; welcome; data; confirm a; data",
		opened + " since s e 5; 0 connected 1",
	}, {
		"a page that is back opens a lost connection at once",
		"random 0.9; create a; open; welcome; confirm a; close; resume; resume; wait 3000",
		opened + "; 0 connected 1; 0 interrupted 1; 0 open",
	},
}
