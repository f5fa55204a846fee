package browser

import (
	"github.com/turbowasm/turbowasm/wasm/drive"
	"github.com/turbowasm/turbowasm/wasm/form"
	"github.com/turbowasm/turbowasm/wasm/frame"
)

// session is what navigates the page: Drive, and the frames within it. They meet
// here, and know one another by the interfaces that each declares.
var session struct {
	drive  drive.Drive
	frames frame.Frames
}

// assemble makes the session of a page.
func assemble(p *Page) {
	d, f := &session.drive, &session.frames
	*d = drive.Drive{Page: p, Visits: (*visits)(p), Forms: form.Forms{Page: (*forms)(p)}, Frames: f, Rendered: versions.Forget}
	*f = frame.Frames{Page: framePage(p, &d.Forms)}
	d.Start()
}
