module github.com/turbowasm/turbowasm

go 1.26
