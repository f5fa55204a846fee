package streamname_test

import (
	"fmt"

	"github.com/turbowasm/turbowasm/server/streamname"
)

func ExampleVerifier() {
	v := streamname.Verifier{Key: []byte("s3cr3t")}
	signed, err := v.Sign("rooms", nil)
	fmt.Println(signed, err)
	name, err := v.Verify(signed, "")
	fmt.Println(name, err)
	_, err = v.Verify("x"+signed, "")
	fmt.Println(err)
	// Output:
	// InJvb21zIg==--a4af9593b46d58a3b1b500647cd061256f677a3561d6386ca9ae27d4547567b7 <nil>
	// rooms <nil>
	// streamname: verify: bad signature
}

func ExampleJoin() {
	room := streamname.GlobalID{App: "campfire", Class: "Rooms::Open", ID: "5"}
	fmt.Println(streamname.Join(room, "messages"))
	// Output: Z2lkOi8vY2FtcGZpcmUvUm9vbXM6Ok9wZW4vNQ:messages <nil>
}
