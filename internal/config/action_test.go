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

// fieldsByInput maps each input to the names of its fields in Config.
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
	fields := fieldsByInput()
	for name, in := range inputs {
		if n := len(strings.Fields(fields[name])); n != 1 {
			t.Errorf("input %s has %d fields in Config:%s", name, n, fields[name])
		}
		if strings.TrimSpace(in.Description) == "" {
			t.Errorf("input %s has no description", name)
		}
		// The runner converts the name to upper case and spaces to _. Other
		// characters would make a name that Lookup doesn't look up.
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("input %s has characters that its variable can't have", name)
		}
		// The runner uses these two inputs itself and doesn't set their variables.
		if name == "args" || name == "entrypoint" {
			t.Errorf("input %s never reaches the program", name)
		}
	}
	for name, field := range fields {
		if _, ok := inputs[name]; !ok {
			t.Errorf("Config has%s for %q, which isn't an input", field, name)
		}
	}
}

// The runner evaluates expressions in every text of action.yml, also in descriptions, and
// refuses to load the action if one uses a context that isn't available there.
func TestOnlyDefaultsHaveExpressions(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(string(readActionYML(t))) {
		if strings.Contains(line, "${{") && strings.TrimSpace(line) != "default: ${{ github.token }}" {
			t.Errorf("the runner would evaluate the expression in %s", line)
		}
	}
}

// Load reads the variables of inputs only. It can't reveal the API token or the
// manifest's variables, because it doesn't read them.
func TestReadsInputsOnly(t *testing.T) {
	t.Parallel()
	inputs, err := config.ReadAction(readActionYML(t))
	if err != nil {
		t.Fatal(err)
	}
	var read, want []string
	if _, err := config.Load(func(name string) string { read = append(read, name); return "" }, readActionYML(t)); err != nil {
		t.Fatal(err)
	}
	for name := range inputs {
		want = append(want, "INPUT_"+strings.ToUpper(name))
	}
	slices.Sort(read)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Compact(read)); diff != "" {
		t.Error(diff)
	}
}

// A blank input and its explicit default have the same result, and all defaults are valid.
func TestDefaultsParse(t *testing.T) {
	t.Parallel()
	inputs, err := config.ReadAction(readActionYML(t))
	if err != nil {
		t.Fatal(err)
	}
	defaults := map[string]string{}
	for name := range inputs {
		defaults[name] = inputs.Default(name)
	}
	blank, err := loadInputs(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := loadInputs(t, defaults)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(blank, got); diff != "" {
		t.Error(diff)
	}
	// A field is empty if and only if its input has no default. A Bool can't show the
	// difference between false and not set, so compare it with the text.
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
