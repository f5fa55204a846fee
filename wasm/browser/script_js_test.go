package browser

import (
	"syscall/js"
	"testing"
	"time"
)

// start makes a session the program of the test's page. What the runner keeps
// in the page comes back afterwards.
func start(t *testing.T, s Program) {
	t.Helper()
	back := script(`
		const nodes = [...document.body.childNodes]
		const { error } = console
		return () => {
			console.error = error
			setObserved(true)
			while (document.body.nextSibling) document.body.nextSibling.remove()
			document.body.replaceChildren(...nodes)
		}
	`).Invoke()
	t.Cleanup(func() { back.Invoke() })
	Start(s)
	actions := script(`
		const actions = { ...Turbo.StreamActions } // those of the program stay what the page has of it
		return () => {
			for (const name in Turbo.StreamActions) delete Turbo.StreamActions[name]
			Object.assign(Turbo.StreamActions, actions)
		}
	`).Invoke()
	t.Cleanup(func() { actions.Invoke() })
	await(t, js.Global().Get("Turbo").Get("ready"))
}

// script makes an async or plain function of the page's, with helpers at hand:
// frames waits for painted frames, until for a condition.
func script(source string, arguments ...any) js.Value {
	const helpers = `
		const paint = () => new Promise((resolve) => requestAnimationFrame(resolve))
		const frames = async (n) => { while (n--) await paint() }
		const until = async (condition) => {
			for (let n = 0; !condition(); n++) {
				if (n > 600) throw new Error("never came true: " + condition)
				await paint()
			}
		}
	`
	return js.Global().Get("Function").New(append(arguments, helpers+source)...)
}

// await returns what a promise comes to.
func await(t *testing.T, promise js.Value) js.Value {
	t.Helper()
	type outcome struct {
		value js.Value
		ok    bool
	}
	done := make(chan outcome, 1)
	settle := func(ok bool) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			done <- outcome{args[0], ok}
			return nil
		})
	}
	kept, broken := settle(true), settle(false)
	defer kept.Release()
	defer broken.Release()
	promise.Call("then", kept, broken)
	select {
	case o := <-done:
		if !o.ok {
			t.Fatalf("the page failed: %s", o.value.Call("toString").String())
		}
		return o.value
	case <-time.After(30 * time.Second):
		t.Fatal("the page did not answer")
		panic("unreachable")
	}
}
