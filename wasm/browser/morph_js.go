package browser

import (
	"slices"
	"unsafe"

	"github.com/turbowasm/turbowasm/wasm/morph"
)

// The windows of the morphs under way, the innermost last.
var windows []*morph.Window

// numbers is the scratch buffer as whole numbers.
func numbers(n int) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(scratch))), n)
}

// turbo_morph_open takes the description of a window from the scratch buffer
// and returns its number.
//
//go:wasmexport turbo_morph_open
func exportMorphOpen(_, count int32) (result int32) {
	defer guard(&result, "morphing")
	w := new(morph.Window)
	if !w.Read(slices.Clone(numbers(int(count)))) {
		panic("the page described its nodes wrongly")
	}
	windows = append(windows, w)
	return int32(len(windows) - 1)
}

// turbo_morph_plan leaves in the scratch buffer what becomes of each new child
// and returns how many there are; 0 says that it stays as planned.
//
//go:wasmexport turbo_morph_plan
func exportMorphPlan(_, window, from, at, exact int32) (result int32) {
	defer guard(&result, "morphing")
	w := windows[window]
	plan := make([]int32, len(w.New))
	if exact == 0 && w.Keyed() {
		if from > 0 {
			return 0
		}
		w.Fit(plan)
	} else {
		w.Walk(int(from), int(at), plan)
	}
	copy(numbers(len(plan)), plan) // the description of the window took more room
	return int32(len(plan))
}

//go:wasmexport turbo_morph_lose
func exportMorphLose(_, window, old, id int32) (result int32) {
	defer guard(&result, "morphing")
	windows[window].Lose(int(old), id)
	return 0
}

// turbo_morph_close forgets a window and those inside it.
//
//go:wasmexport turbo_morph_close
func exportMorphClose(_, window int32) (result int32) {
	defer guard(&result, "morphing")
	clear(windows[window:])
	windows = windows[:window]
	return 0
}
