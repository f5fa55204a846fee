package cable

// For tests from outside.
var (
	AppendData = appendData
	MarksAfter = func(signed []string, id string) string { return newMarks(signed, id).String() }
)
