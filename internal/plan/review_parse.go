package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"astro-apply/internal/resource"
)

// parseReview reads the result of Review. It accepts nothing else: a review that
// is encoded again has to give the same bytes, so there are no unknown, repeated
// or misspelled members, and nothing follows it.
func parseReview(data []byte) (review, error) {
	var r review
	err := json.Unmarshal(data, &r)
	if err == nil && r.Version != reviewVersion {
		return review{}, fmt.Errorf("its format is %d, and this version of astro-apply uses %d; plan again on a pull request", r.Version, reviewVersion)
	}
	again, _ := json.Marshal(r) // any difference is refused
	if err != nil || !bytes.Equal(again, data) || !r.isComplete() {
		return review{}, errors.New("astro-apply didn't write it in this form; plan again on a pull request")
	}
	return r, nil
}

// isComplete reports whether r has all members that Review writes.
func (r review) isComplete() bool {
	kinds := map[string]bool{}
	for _, k := range resource.Kinds() {
		kinds[k.Name] = true
	}
	return r.OrganizationID != "" && r.Changes != nil && !slices.ContainsFunc(r.Changes, func(c reviewedChange) bool { return !kinds[c.Kind] || !c.isComplete() })
}

func (c reviewedChange) isComplete() bool {
	switch {
	case !c.Name.hasKnownTag(), c.SaveTo != "" && !c.SaveTo.hasKnownTag():
		return false
	case c.Action != Create && c.Action != Update && c.Action != Delete, (c.Action == Create) != (c.ID == ""):
		return false
	}
	return !slices.ContainsFunc(c.Fields, func(f reviewedField) bool { return !f.isComplete() })
}

func (f reviewedField) isComplete() bool {
	readable := func(value json.RawMessage) bool {
		return value == nil || mapTexts(value, func(t reviewText) string { return string(t) }) != nil
	}
	return f.Path.hasKnownTag() && (f.Old != nil || f.New != nil) && readable(f.Old) && readable(f.New)
}

// isRedacted reports whether text of r contained a secret.
func (r review) isRedacted() bool {
	return slices.ContainsFunc(r.Changes, func(c reviewedChange) bool {
		return c.Name.isRedacted() || c.SaveTo.isRedacted() || slices.ContainsFunc(c.Fields, reviewedField.isRedacted)
	})
}

func (f reviewedField) isRedacted() bool {
	found := f.Path.isRedacted()
	for _, value := range []json.RawMessage{f.Old, f.New} {
		if value != nil {
			mapTexts(value, func(t reviewText) string { found = found || t.isRedacted(); return "" })
		}
	}
	return found
}

// createdSince returns the resources that old was to create and that exist now: the
// text that a reference to each had before, by id.
func (p *Plan) createdSince(old review) map[string]string {
	out := map[string]string{}
	for range 2 { // parents first
		for _, c := range p.Changes {
			if c.Live != nil && c.isCreatedBy(old, out) {
				out[c.Live.ID] = "id of " + c.Resource.String()
			}
		}
	}
	for _, c := range p.Changes { // and the items in them
		for _, r := range c.Resource.Refs {
			for _, pick := range c.Resource.ItemRefs {
				if pick.Field.ItemRef.RefField == r.Field.Name && out[r.ID] != "" {
					out[pick.Node.Text] = "id of " + pick.String()
				}
			}
		}
	}
	return out
}

// isCreatedBy reports whether exactly one change in old creates the resource,
// in the same parent or in one that old creates too.
func (c *Change) isCreatedBy(old review, created map[string]string) bool {
	n := 0
	for _, o := range old.Changes {
		if o.Action != Create || o.Kind != c.Resource.Kind.Name || o.Name != exactText+reviewText(c.Resource.Name()) {
			continue
		}
		if o.ParentID == c.ParentID || o.ParentID == "" && created[c.ParentID] != "" {
			n++
		}
	}
	return n == 1
}
