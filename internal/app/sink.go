package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"

	"astro-apply/internal/config"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// outputSinkName is the value of saveTo for the action's output; other values are files.
const outputSinkName = "output"

// secretOutput collects the secret values for the output "tokens".
type secretOutput struct {
	mu     sync.Mutex
	values map[string]string // by resourceAddress
}

// saveSecret writes a generated secret to the sink of its resource. Astro returns the
// value only once, so apply calls saveSecret immediately: a later error can't lose it.
func (p *pipeline) saveSecret(o *desired.Resource, value string) error {
	p.secretOutput.mu.Lock()
	defer p.secretOutput.mu.Unlock()
	sink := o.SecretSink().ScalarText()
	switch {
	case p.report.Simulated:
		return nil // the value is not a real token, and later steps must not use it as one
	case sink == "":
		return errors.New(kind.SecretSinkField + " is empty; set it to a file, or to output")
	case sink != outputSinkName:
		return p.files.WriteSecret(sink, value)
	}
	name := resourceAddress(o)
	if _, exists := p.secretOutput.values[name]; exists {
		return errors.New("the output already has a value with this name; save one of the two values to a file")
	}
	if p.secretOutput.values == nil {
		p.secretOutput.values = map[string]string{}
	}
	p.secretOutput.values[name] = value
	text, err := json.Marshal(p.secretOutput.values)
	if err == nil {
		err = p.runner.SetSecretOutput("tokens", string(text))
	}
	if err != nil {
		delete(p.secretOutput.values, name)
	}
	return err
}

// checkFileSinks reports files to which secrets can't be written, before the first call
// to Astro. It resolves symbolic links, so that two paths to one file count as one.
func (p *pipeline) checkFileSinks(declared *desired.State, manifests []manifest.Source) {
	conflicts := map[string]string{} // by path
	for _, m := range manifests {
		if p.report.InlineManifest {
			break
		}
		if real, err := p.files.WritablePath(m.Name); err == nil {
			conflicts[real] = "it is a manifest; choose another file"
		}
	}
	for _, o := range declared.Resources {
		if sink := o.SecretSink(); sink != nil && !o.Absent && sink.Text != outputSinkName {
			real, err := p.files.WritablePath(sink.Text)
			for dir := filepath.Dir(real); err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
				conflicts[dir] = "it is the folder of another " + kind.SecretSinkField + " file; choose another file"
			}
		}
	}
	p.report.Problems = append(p.report.Problems, checkSinks(declared.Resources, func(o *desired.Resource) (string, error) {
		sink := o.SecretSink().Text
		if sink == outputSinkName {
			return "", nil
		}
		real, err := p.files.WritablePath(sink)
		if err == nil && conflicts[real] != "" {
			err = errors.New(conflicts[real])
		}
		return real, err
	})...)
}

// checkOutputSinks reports secrets that the run is about to generate and can't write to
// the output.
func (p *pipeline) checkOutputSinks(resources []*desired.Resource) []schema.Problem {
	return checkSinks(resources, func(o *desired.Resource) (string, error) {
		switch {
		case o.SecretSink().Text != outputSinkName:
			return "", nil
		case p.report.Mode == string(config.ModeApply) && !p.report.Simulated:
			return strconv.Quote(resourceAddress(o)) + " in the output tokens", p.runner.CheckSecretOutput()
		}
		return strconv.Quote(resourceAddress(o)) + " in the output tokens", nil
	})
}

// checkSinks reports resources whose secret can't be written, or whose sink another
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
