package dom

// Object is the number of a page's object that stands for a value of Go's: the
// value's wrapper, as Web IDL calls it. What Go decides on is kept in the value,
// what is the page's own in the wrapper. The zero Object has no wrapper.
//
// A value embeds it, so that whoever is given the value finds the wrapper.
type Object int32
