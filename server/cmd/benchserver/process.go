//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server in a separate process. A Go server has net/http/pprof
// under url.
type process struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer // its standard error; complete once it has ended
}

// stop kills the process and waits for its end.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGKILL)
	p.cmd.Wait()
}

// get returns what the server answers to a GET request.
func (p *process) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.200s", p.url+path, res.Status, body)
	}
	return string(body), err
}

// resident returns the resident memory (RSS) of the process, in bytes.
func (p *process) resident() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		var kb float64
		if _, err := fmt.Sscanf(string(line), "VmRSS: %f kB", &kb); err == nil {
			return kb * 1024, nil
		}
	}
	return 0, fmt.Errorf("read memory of process %d: its status has no VmRSS", p.cmd.Process.Pid)
}

// cpu returns the processor time that the process has used.
func (p *process) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	var ticks int
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil // USER_HZ is 100
}

// goroutines returns the number of goroutines in the process.
func (p *process) goroutines(ctx context.Context) (float64, error) {
	profile, err := p.get(ctx, "/debug/pprof/goroutine?debug=1")
	if err != nil {
		return 0, err
	}
	var n float64
	if _, err := fmt.Sscanf(profile, "goroutine profile: total %f", &n); err != nil {
		return 0, fmt.Errorf("read goroutine profile: %w", err)
	}
	return n, nil
}

var memStats = regexp.MustCompile(`(?m)^# (HeapAlloc|Stack) = (\d+)`)

// used returns the size of the heap and of the stacks after a garbage
// collection, in bytes.
func (p *process) used(ctx context.Context) (float64, error) {
	var sum float64
	for i := range 2 {
		profile, err := p.get(ctx, "/debug/pprof/heap?gc=1&debug=1")
		if err != nil {
			return 0, err
		}
		if i == 0 {
			continue // the second collection frees what finalizers and pools held in the first
		}
		for _, match := range memStats.FindAllStringSubmatch(profile, -1) {
			n, err := strconv.ParseFloat(match[2], 64)
			if err != nil {
				return 0, err
			}
			sum += n
		}
	}
	return sum, nil
}

// begin starts a command and waits until it is ready: ready sets its url and
// returns when it answers, which it learns from the output or by asking.
func begin(cmd *exec.Cmd, ready func(p *process, stdout *bufio.Reader) error) (*process, error) {
	p := &process{cmd: cmd}
	cmd.Stderr = &p.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it must not outlive this process
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	if err := ready(p, bufio.NewReader(stdout)); err != nil {
		p.stop()
		return nil, fmt.Errorf("start %s: %w\n%s", cmd.Path, err, &p.log)
	}
	return p, nil
}

// raiseFileLimit allows as many open files as n connections need, in this
// process and in those that it starts.
func raiseFileLimit(n int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	need := uint64(n + 500)
	limit.Cur = max(limit.Cur, need)
	limit.Max = max(limit.Max, need) // only root may raise it
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("allow %d connections: run %q first, or use fewer with -connections: %w",
			n, fmt.Sprintf("ulimit -n %d", need), err)
	}
	return nil
}
