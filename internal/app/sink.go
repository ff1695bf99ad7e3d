package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"

	"astro-apply/internal/desired"
	"astro-apply/internal/github"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/sandbox"
	"astro-apply/internal/schema"
)

// outputSinkName is the value of saveTo for the action's output; other values are files.
const outputSinkName = "output"

// secretSaver writes generated secrets to the sinks of their resources.
type secretSaver struct {
	files   sandbox.Folders
	runner  *github.Runner
	mu      sync.Mutex
	outputs map[string]string // the values of the output tokens, by resourceAddress
}

// save writes a generated secret. Astro returns the value only once, so apply calls
// save immediately: a later error can't lose it.
func (s *secretSaver) save(o *desired.Resource, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sink := o.SecretSink().ScalarText()
	switch {
	case sink == "":
		return errors.New(kind.SecretSinkField + " is empty; set it to a file, or to output")
	case sink != outputSinkName:
		return s.files.WriteSecret(sink, value)
	}
	name := resourceAddress(o)
	if _, exists := s.outputs[name]; exists {
		return errors.New("the output already has a value with this name; save one of the two values to a file")
	}
	s.outputs[name] = value
	text, err := json.Marshal(s.outputs)
	if err == nil {
		err = s.runner.SetSecretOutput("tokens", string(text))
	}
	if err != nil {
		delete(s.outputs, name)
	}
	return err
}

// discardSecret is for secrets of an in-memory Astro API, which nobody can use.
func discardSecret(*desired.Resource, string) error { return nil }

// checkFileSinks returns files to which secrets can't be written, before the first call
// to Astro. It resolves symbolic links, so that two paths to one file count as one.
func checkFileSinks(files sandbox.Folders, declared *desired.State, manifests []manifest.Source) []schema.Problem {
	conflicts := map[string]string{} // by path
	for _, source := range manifests {
		if real, err := files.WritablePath(source.Name); err == nil {
			conflicts[real] = "it is a manifest; choose another file"
		}
	}
	for _, o := range declared.Resources {
		if sink := o.SecretSink(); sink != nil && !o.Absent && sink.Text != outputSinkName {
			real, err := files.WritablePath(sink.Text)
			for dir := filepath.Dir(real); err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
				conflicts[dir] = "it is the folder of another " + kind.SecretSinkField + " file; choose another file"
			}
		}
	}
	return checkSinks(declared.Resources, func(o *desired.Resource) (string, error) {
		sink := o.SecretSink().Text
		if sink == outputSinkName {
			return "", nil
		}
		real, err := files.WritablePath(sink)
		if err == nil && conflicts[real] != "" {
			err = errors.New(conflicts[real])
		}
		return real, err
	})
}

// checkOutputSinks returns secrets that the run is about to generate and can't write to
// the output. checkOutput may be nil.
func checkOutputSinks(resources []*desired.Resource, checkOutput func() error) []schema.Problem {
	return checkSinks(resources, func(o *desired.Resource) (id string, err error) {
		if o.SecretSink().Text != outputSinkName {
			return "", nil
		}
		if checkOutput != nil {
			err = checkOutput()
		}
		return strconv.Quote(resourceAddress(o)) + " in the output tokens", err
	})
}

// checkSinks returns resources whose secret can't be written, or whose sink another
// resource has already. check returns what identifies the sink, "" if the sink is not
// checked now, and an error if the sink is not writable.
func checkSinks(resources []*desired.Resource, check func(*desired.Resource) (sinkID string, err error)) (problems []schema.Problem) {
	firstUse := map[string]schema.Pos{} // by sinkID
	for _, o := range resources {
		sink := o.SecretSink()
		if sink == nil || sink.Form != schema.Text || o.Absent {
			continue
		}
		addProblem := func(format string, args ...any) {
			problems = append(problems, schema.Problem{Pos: sink.Pos, Message: o.String() + ": " + fmt.Sprintf(format, args...)})
		}
		sinkID, err := check(o)
		if err != nil {
			addProblem("%s: can't write to %s: %v", kind.SecretSinkField, sink.Show(), err)
		}
		label := sinkID
		if sink.Text != outputSinkName {
			label = sink.Show()
		}
		first, ok := firstUse[sinkID]
		switch {
		case sinkID == "":
		case ok:
			addProblem("%s: %s is already used for another value, at %s; choose another file", kind.SecretSinkField, label, first)
		default:
			firstUse[sinkID] = sink.Pos
		}
	}
	return problems
}
