package main

// What package runtime of Go 1.26 offers for observation from outside, none of
// which a page uses.

// constants maps expressions of package runtime to their values in a page,
// where no tracer runs and GODEBUG is not set.
var constants = map[string]string{
	"traceEnabled()":              "false",
	"traceShuttingDown()":         "false",
	"traceAllocFreeEnabled()":     "false",
	"traceAcquire()":              "(traceLocker{})",
	"trace.ok()":                  "false",
	"debug.checkfinalizers":       "0",
	"debug.clobberfree":           "0",
	"debug.dontfreezetheworld":    "0",
	"debug.efence":                "0",
	"debug.gccheckmark":           "0",
	"debug.gcpacertrace":          "0",
	"debug.gcshrinkstackoff":      "0",
	"debug.gcstoptheworld":        "0",
	"debug.gctrace":               "0",
	"debug.inittrace":             "0",
	"debug.malloc":                "false",
	"debug.sbrk":                  "0",
	"debug.scavtrace":             "0",
	"debug.scheddetail":           "0",
	"debug.schedtrace":            "0",
	"debug.tracebackancestors":    "0",
	"debug.dataindependenttiming": "0",
	"goroutineProfile.active":     "false",
	"inittrace.active":            "false",
	"work.goroutineLeak.enabled":  "false",
}

// printing lists the files whose functions print the final messages of a
// program, or what others pass to them.
var printing = map[string]bool{"error.go": true, "panic.go": true, "print.go": true}

// bodies maps functions of package runtime to their new bodies. An empty body
// returns zero values.
var bodies = map[string]string{
	// The tracer.
	"ReadTrace":  "",
	"StartTrace": `return errorString("tracing is left out of this program")`,
	"StopTrace":  "",

	// Tracebacks: names and lines of functions are stripped.
	"dumpgstatus":         "",
	"gcDumpObject":        "",
	"goroutineheader":     "",
	"hexdumpWords":        "",
	"mspan.reportZombies": `throw("found pointer to free object")`,
	"badPointer":          `throw("found bad pointer in Go heap (incorrect use of unsafe or cgo?)")`,
	"panicwrap":           `panic(plainError("value method called using nil pointer"))`,
	"recordForPanic":      "",
	"traceback":           "",
	"traceback1":          "",
	"tracebackHexdump":    "",
	"tracebackothers":     "",
	"tracebacksomeothers": "",

	// Profiles and metrics.
	"blockevent":                     "",
	"goroutineProfileWithLabels":     "return 0, true",
	"goroutineLeakProfileWithLabels": "return 0, true",
	"mProfStackInit":                 "",
	"mProf_Flush":                    "",
	"mProf_FlushLocked":              "",
	"mProf_Free":                     "",
	"mProf_Malloc":                   "",
	"mProf_NextCycle":                "",
	"mProf_PostSweep":                "",
	"mutexevent":                     "",
	"timeHistogram.record":           "",
	"godebugInc.IncNonDefault":       "",
	"tryRecordGoroutineProfile":      "",
	"tryRecordGoroutineProfileWB":    "",

	// Self-checks of the toolchain, at the start and at run time.
	"check":             "",
	"getCheckmark":      "",
	"lfnodeValidate":    "",
	"moduledataverify1": "",
	"setCheckmark":      "",

	// What does not exist in a page: a second module, C, huge pages, the arenas
	// of GOEXPERIMENT=arenas, an operating system that takes memory back.
	"bgscavenge":                     "c <- 1",
	"expandCgoFrames":                "",
	"gcPaceScavenger":                "",
	"mheap.enableMetadataHugePages":  "",
	"mspan.setUserArenaChunkToFault": "",
	"oneNewExtraM":                   "",
	"pageAlloc.enableChunkHugePages": "",
	"pageAlloc.scavenge":             "",
	"printCgoTraceback":              "",
	"readGOMEMLIMIT":                 "return 1<<63 - 1",
	"scavengeIndex.alloc":            "",
	"scavengeIndex.free":             "",
	"scavengeIndex.nextGen":          "",
	"scavengerState.ready":           "",
	"scavengerState.wake":            "",
	"typelinksinit":                  "",
	"unwinder.cgoCallers":            "",
	"updateMaxProcsGoroutine":        "",
}
