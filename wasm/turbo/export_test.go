package turbo

// PutOff has a page put off what actions append, or not: a program that may ask
// anything of the page by syscall/js, as tests do, puts nothing off.
func PutOff(p *Page, on bool) { p.later.may = on }
