// The numbers by which the script and Go know what they tell each other. A
// file of constants alone: the builder puts their values in their places.

// What happens to a consumer, in the order of browser/socket_js.go.
export const NEW = 0, CONNECT = 1, DISCONNECT = 2, CLOSE = 3, REOPEN = 4, SUBSCRIBE = 5, UNSUBSCRIBE = 6, RELOAD = 7,
  OPENED = 8, CLOSED = 9, RECEIVE = 10, WATCH = 11, UNWATCH = 12, SHOWN = 13, FIRE = 14, ATTEMPT = 15, GET = 16, SHOW = 17, RESUME = 18, FORGET = 19

// Verdicts on messages; see package cable.
export const DELIVER = 1, HOLD = 2

// Events, in the order of browser/drive_js.go.
export const CLICK = 0, LINK = 1, SUBMIT = 2, ENTER = 3, LEAVE = 4, REQUEST = 5, SUBMIT_OUTSIDE = 6, CLICKED = 7, CLICK_IN_FRAME = 8, SUBMIT_IN_FRAME = 9

// Ways to morph, as methods of Go's; see browser/drive_js.go.
export const PLAIN = 12 << 7, BODY = 12 << 7 | 1, FRAME = 12 << 7 | 2

// stream.Hints.
export const PERMANENT = 2, AUTOFOCUS = 4

// Bytes: what is larger is not kept.
export const HUGE = 1 << 20
