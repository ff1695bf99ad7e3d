// Command release does the parts of a release that shell can't do well: the arithmetic of
// versions, and the image in action.yml. .ci/release calls it.
//
//	next REQUEST COMMIT    prints the version to release from COMMIT; reads tags
//	facts VERSION          prints the previous tag or -, whether VERSION becomes the latest
//	                       release, and the tags that move to it; reads tags
//	pin IMAGE              prints action.yml with IMAGE instead of the Dockerfile; reads action.yml
//
// It reads standard input. A line for each tag has its name and the parent of its commit,
// which is the commit on which the release started.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "::error title=release::"+err.Error())
		os.Exit(1)
	}
}

// run executes one command.
func run(args []string, stdin io.Reader, stdout io.Writer) error {
	input, err := io.ReadAll(stdin)
	if err != nil {
		return err
	}
	released := parseTags(string(input))
	switch command := strings.Join(args[:min(len(args), 1)], ""); {
	case command == "next" && len(args) == 3:
		version, err := nextVersion(args[1], args[2], released)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(stdout, version)
		return err
	case command == "facts" && len(args) == 2:
		line, err := versionFacts(args[1], released)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(stdout, line)
		return err
	case command == "pin" && len(args) == 2:
		pinned, err := pinImage(input, args[1])
		if err != nil {
			return err
		}
		_, err = stdout.Write(pinned)
		return err
	}
	return fmt.Errorf("arguments %q: must be next REQUEST COMMIT, facts VERSION or pin IMAGE", args)
}
