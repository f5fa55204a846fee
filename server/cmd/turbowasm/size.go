package main
import ("context";"io")
func size(ctx context.Context, p string, stdout, progress io.Writer) error { return nil }
