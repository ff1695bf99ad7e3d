package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"

	"astro-apply/internal/config"
	"astro-apply/internal/manifest"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// outputSinkName is the sink that is no file.
const outputSinkName = "output"

// secretOutput takes secret values that Astro tells once to where the manifest
// wants them.
type secretOutput struct {
	mu     sync.Mutex
	values map[string]string // by section/name
}

// saveSecret hands a value over before anything else happens with it, so that it
// can't get lost later.
func (p *pipeline) saveSecret(o *resource.Resource, value string) error {
	p.secretOutput.mu.Lock()
	defer p.secretOutput.mu.Unlock()
	to := o.SecretSink().ScalarText()
	switch {
	case p.report.Simulated:
		return nil // it opens nothing, and later steps must not take it for one that does
	case to == "":
		return errors.New(resource.SecretSinkField + " says nowhere where")
	case to != outputSinkName:
		return p.files.WriteSecret(to, value)
	}
	name := resourceAddress(o)
	if _, taken := p.secretOutput.values[name]; taken {
		return fmt.Errorf("the output has one of that name already; write it to a file")
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

// checkFileSinks reports where values can't be written, before anything is asked of
// Astro. A file is identified by its path without links.
func (p *pipeline) checkFileSinks(declared *resource.Desired, manifests []manifest.Source) {
	taken := map[string]string{} // what else becomes of a path
	for _, m := range manifests {
		if p.report.InlineManifest {
			break
		}
		if real, err := p.files.WritablePath(m.Name); err == nil {
			taken[real] = "it is the manifest"
		}
	}
	for _, o := range declared.Resources {
		if sink := o.SecretSink(); sink != nil && !o.Absent && sink.Text != outputSinkName {
			real, err := p.files.WritablePath(sink.Text)
			for dir := filepath.Dir(real); err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
				taken[dir] = "another value is to be below it"
			}
		}
	}
	p.report.Problems = append(p.report.Problems, checkSinks(declared.Resources, func(o *resource.Resource) (string, error) {
		to := o.SecretSink().Text
		if to == outputSinkName {
			return "", nil
		}
		real, err := p.files.WritablePath(to)
		if err == nil && taken[real] != "" {
			err = errors.New(taken[real])
		}
		return real, err
	})...)
}

// checkOutputSinks reports which of the values that are about to be made the output
// can't take.
func (p *pipeline) checkOutputSinks(made []*resource.Resource) []schema.Problem {
	return checkSinks(made, func(o *resource.Resource) (string, error) {
		switch {
		case o.SecretSink().Text != outputSinkName:
			return "", nil
		case p.report.Mode == string(config.ModeApply) && !p.report.Simulated:
			return "the output's " + strconv.Quote(resourceAddress(o)), p.runner.CheckSecretOutput()
		}
		return "the output's " + strconv.Quote(resourceAddress(o)), nil
	})
}

// checkSinks reports objects whose value can't be taken: check gives the place, "" if
// it is not looked at, in words, and what is wrong with it.
func checkSinks(objects []*resource.Resource, check func(*resource.Resource) (place string, err error)) (problems []schema.Problem) {
	taken := map[string]schema.Pos{}
	for _, o := range objects {
		sink := o.SecretSink()
		if sink == nil || sink.Form != schema.Text || o.Absent {
			continue
		}
		problem := func(format string, args ...any) {
			problems = append(problems, schema.Problem{Pos: sink.Pos, Message: o.String() + ": " + fmt.Sprintf(format, args...)})
		}
		place, err := check(o)
		if err != nil {
			problem("%s can't take its value: %v", sink.Show(), err)
		}
		what := place
		if sink.Text != outputSinkName {
			what = sink.Show()
		}
		before, ok := taken[place]
		switch {
		case place == "":
		case ok:
			problem("%s takes another value already, at %s; write one of them to a file of its own", what, before)
		default:
			taken[place] = sink.Pos
		}
	}
	return problems
}
