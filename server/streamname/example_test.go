package streamname_test

import (
	"fmt"

	"github.com/turbowasm/turbowasm/server/streamname"
)

func ExampleVerifier() {
	v := streamname.Verifier{Keys: [][]byte{[]byte("0123456789abcdef")}}
	signed, err := v.Sign("rooms", nil)
	fmt.Println(signed, err)
	name, err := v.Verify(signed, "")
	fmt.Println(name, err)
	_, err = v.Verify("x"+signed, "")
	fmt.Println(err)
	// Output:
	// InJvb21zIg==--eb81ec0322ff4dba219b863c709a8b62455e31680ee05e9d032cc4562d48a3db <nil>
	// rooms <nil>
	// streamname: verify: bad signature
}

func ExampleJoin() {
	room := streamname.GlobalID{App: "campfire", Class: "Rooms::Open", ID: "5"}
	fmt.Println(streamname.Join(room, "messages"))
	// Output: Z2lkOi8vY2FtcGZpcmUvUm9vbXM6Ok9wZW4vNQ:messages <nil>
}
