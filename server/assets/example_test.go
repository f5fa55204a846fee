package assets_test

import (
	"log"
	"net/http"
	"os"

	"github.com/turbowasm/turbowasm/server/assets"
)

// The files that "turbowasm dist static" wrote.
func ExampleNew() {
	mux := http.NewServeMux()
	runtime, err := assets.New("/turbo/", os.DirFS("static"))
	if err != nil {
		log.Fatal(err)
	}
	mux.Handle("/turbo/", runtime)
}
