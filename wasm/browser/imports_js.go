package browser

// The DOM primitives of js/dom.js. One that throws returns -1 and leaves what it
// threw with the page. -2 means "there is none" where 0 means something else.

//go:wasmimport turbo scratch
func domScratch(at, length int32)

//go:wasmimport turbo literals
func domLiterals(end, boxed int32)

//go:wasmimport turbo mark
func domMark() int32

//go:wasmimport turbo release
func domRelease(mark int32)

//go:wasmimport turbo element_by_id
func domElementByID(message, at, length int32) int32

//go:wasmimport turbo element_named
func domElementNamed(n int32, name string) int32

//go:wasmimport turbo select_named
func domSelectNamed(n int32, name string) int32

//go:wasmimport turbo select_all
func domSelectAll(n int32, selector string) int32

//go:wasmimport turbo opening_tag
func domOpeningTag(n int32) int32

//go:wasmimport turbo attribute
func domAttribute(n int32, name string) int32

//go:wasmimport turbo set_attribute
func domSetAttribute(n int32, name, value string)

//go:wasmimport turbo template
func domTemplate(n int32) int32

//go:wasmimport turbo streams
func domStreams(n int32) int32

//go:wasmimport turbo activate
func domActivate(n int32)

//go:wasmimport turbo permanent
func domPermanent(template, element int32) int32

//go:wasmimport turbo come_back
func domComeBack(template int32)

//go:wasmimport turbo stand_in
func domStandIn(template, n, element int32)

//go:wasmimport turbo remove
func domRemove(n int32)

//go:wasmimport turbo place
func domPlace(n, place, template int32) int32

//go:wasmimport turbo morph
func domMorph(n, children, template int32) int32

//go:wasmimport turbo twins
func domTwins(n, template, properties int32) int32

//go:wasmimport turbo remove_twins
func domRemoveTwins(n int32, ids string, properties int32)

//go:wasmimport turbo insert_html
func domInsertHTML(n, place, joinable, message, at, length int32) int32

//go:wasmimport turbo add_text
func domAddText(n, message, at, length int32)

//go:wasmimport turbo repaint
func domRepaint(slot int32)

//go:wasmimport turbo await_repaint
func domAwaitRepaint(slot int32)

//go:wasmimport turbo timeout
func domTimeout(slot, ms, idle int32)

//go:wasmimport turbo forget
func domForget(slot int32)

//go:wasmimport turbo batch_done
func domBatchDone()

//go:wasmimport turbo report
func domReport(kind int32, text string)

//go:wasmimport turbo add_action
func domAddAction(name string, index int32)

//go:wasmimport turbo ready
func domReady()

//go:wasmimport turbo resume
func domResume() int32

//go:wasmimport turbo add_stream
func domAddStream(shell string, envelope int32)

//go:wasmimport turbo add_stray
func domAddStray(text string)

//go:wasmimport turbo insert_streams
func domInsertStreams()

//go:wasmimport turbo stream_intact
func domStreamIntact(envelope, action int32) int32

//go:wasmimport turbo perform_stream
func domPerformStream(envelope int32)

//go:wasmimport turbo late_stream
func domLateStream(message, at, length, envelope int32) int32

//go:wasmimport turbo stream_done
func domStreamDone(envelope int32)
