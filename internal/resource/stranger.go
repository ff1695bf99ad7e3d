package resource

import (
	"fmt"
	"slices"
	"strings"
)

// fewNew is up to how many new objects in one place may each be a renamed one.
const fewNew = 3

// strangers finds what an object that doesn't exist may have been called
// before. It only knows of lists that were read anyway.
func (r *reader) strangers(d *Declaration) {
	r.world.Strangers = map[*Object][]string{}
	declared, fresh := map[string]bool{}, map[string][]*Object{}
	for _, o := range d.Objects {
		live, p := r.world.Live[o], o.parent()
		switch {
		case live != nil:
			declared[live.ID] = true
		case p != nil && p.ID != "" && !o.Absent && o.ID == "" && r.world.Failed[o] == nil:
			place := o.Kind.Name + p.ID
			fresh[place] = append(fresh[place], o)
		}
	}
	for _, objects := range fresh {
		if len(objects) > fewNew {
			continue
		}
		for _, o := range objects {
			r.world.Strangers[o] = r.undeclared(o.Kind, o.parent().ID, declared)
		}
	}
}

// undeclared names the live objects of a place that nobody declares.
func (r *reader) undeclared(k *Kind, parentID string, declared map[string]bool) (names []string) {
	for key, found := range r.index[k].live {
		for _, live := range found {
			if strings.HasPrefix(key, identity(parentID, "")) && !declared[live.ID] {
				names = append(names, fmt.Sprintf("%q (%s)", live.Name(), live.ID))
			}
		}
	}
	slices.Sort(names)
	return names
}

// made reports whether another object, once it is there, makes this one.
func (r *reader) made(o *Object) bool {
	return slices.ContainsFunc(r.objects, func(other *Object) bool { return other.Kind.Makes == o.Kind.Name && other.Key() == o.Key() })
}

// near suggests what a name may have meant.
func (r *reader) near(ref *Reference, in place) string {
	known := r.index[ref.Kind].names(in.id)
	for _, o := range r.objects {
		if o.Kind == ref.Kind {
			known = append(known, o.Name())
		}
	}
	return ref.Kind.suggest(ref.Name, slices.DeleteFunc(known, func(name string) bool { return name == ref.Name }))
}
