package config_test

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/config"
)

// fieldsByInput are the inputs that Config has a field for.
func fieldsByInput() map[string]string {
	out := map[string]string{}
	for f := range reflect.TypeFor[config.Config]().Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("env"), ",")
		name := strings.ReplaceAll(strings.ToLower(key), "_", "-")
		out[name] += " " + f.Name
	}
	return out
}

func TestActionAndConfigAgree(t *testing.T) {
	t.Parallel()
	inputs, err := config.ReadAction(readActionYML(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(inputs) == 0 {
		t.Fatal("action.yml has no inputs")
	}
	have := fieldsByInput()
	for name, in := range inputs {
		if n := len(strings.Fields(have[name])); n != 1 {
			t.Errorf("input %s has %d fields in Config:%s", name, n, have[name])
		}
		if strings.TrimSpace(in.Description) == "" {
			t.Errorf("input %s has no description", name)
		}
		// The runner upper-cases the name and puts _ for a space; what else it
		// might hold would be no name that we look up.
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("input %s has characters that its variable can't have", name)
		}
		// The runner keeps these two from a container and acts on them itself.
		if name == "args" || name == "entrypoint" {
			t.Errorf("input %s never reaches the program", name)
		}
	}
	for name, field := range have {
		if _, ok := inputs[name]; !ok {
			t.Errorf("Config has%s for %q, which is no input", field, name)
		}
	}
}

// The token and the manifest's variables are not the inputs' concern: what
// isn't read can't be told.
func TestReadsInputsOnly(t *testing.T) {
	t.Parallel()
	inputs, err := config.ReadAction(readActionYML(t))
	if err != nil {
		t.Fatal(err)
	}
	var asked, want []string
	if _, err := config.Load(func(name string) string { asked = append(asked, name); return "" }, readActionYML(t)); err != nil {
		t.Fatal(err)
	}
	for name := range inputs {
		want = append(want, "INPUT_"+strings.ToUpper(name))
	}
	slices.Sort(asked)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Compact(asked)); diff != "" {
		t.Error(diff)
	}
}

// What a default means is what its text means, and no default is refused.
func TestDefaultsParse(t *testing.T) {
	t.Parallel()
	inputs, err := config.ReadAction(readActionYML(t))
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{}
	for name := range inputs {
		written[name] = inputs.Default(name)
	}
	blank, err := loadInputs(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := loadInputs(t, written)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(blank, got); diff != "" {
		t.Error(diff)
	}
	// A field that stays empty has no default, and the other way round: what
	// is off and what is unset look the same in a Switch.
	for f, v := range reflect.ValueOf(got).Elem().Fields() {
		name := strings.ReplaceAll(strings.ToLower(f.Tag.Get("env")), "_", "-")
		ok := v.IsZero() == (inputs.Default(name) == "")
		if v.Kind() == reflect.Bool {
			ok = strconv.FormatBool(v.Bool()) == inputs.Default(name)
		}
		if !ok {
			t.Errorf("%s is %v, the default of %s is %q", f.Name, v, name, inputs.Default(name))
		}
	}
}
