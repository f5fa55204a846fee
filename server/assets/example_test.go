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

// With the distributions of earlier deploys, in a folder that outlives them.
func ExampleKeep() {
	files := os.DirFS("static")
	earlier, err := assets.Keep("/var/lib/app/turbo", files, 2)
	if err != nil {
		log.Fatal(err)
	}
	runtime, err := assets.New("/turbo/", files, earlier...)
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/turbo/", runtime)
}
