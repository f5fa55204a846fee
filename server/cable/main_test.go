package cable_test

import (
	"testing"

	"github.com/turbowasm/turbowasm/server/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
