package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"astro-apply/internal/kind"
)

// parseReview parses the result of Review and accepts nothing else: encoding the parsed review must give the same
// bytes. So a review with unknown, repeated or misspelled members, or with trailing text, is refused.
func parseReview(data []byte) (review, error) {
	var r review
	err := json.Unmarshal(data, &r)
	if err == nil && r.Version != reviewVersion {
		return review{}, fmt.Errorf("it has format %d, but this version of astro-apply uses format %d; "+
			"plan again on a new pull request", r.Version, reviewVersion)
	}
	encoded, _ := json.Marshal(r) // an error here gives different bytes
	if err != nil || !bytes.Equal(encoded, data) || !r.isComplete() {
		return review{}, errors.New("it doesn't have the exact form that astro-apply writes; " +
			"plan again on a new pull request")
	}
	return r, nil
}

// isComplete reports whether r has all members that Review writes.
func (r review) isComplete() bool {
	kinds := kind.All()
	isIncomplete := func(c jsonChange) bool { return kinds.Kind(c.Kind) == nil || !c.isComplete() }
	return r.OrganizationID != "" && r.Changes != nil && !slices.ContainsFunc(r.Changes, isIncomplete)
}

func (c jsonChange) isComplete() bool {
	isIncomplete := func(f jsonField) bool {
		return f.Unverified || !f.Path.hasKnownTag() || f.Old == nil && f.New == nil
	}
	switch {
	case !c.Name.hasKnownTag(), c.SaveTo != "" && !c.SaveTo.hasKnownTag():
		return false
	case c.Action != Create && c.Action != Update && c.Action != Delete, (c.Action == Create) != (c.ID == ""):
		return false
	}
	return !slices.ContainsFunc(c.Fields, isIncomplete)
}

// createdSince returns the resources that the reviewed plan creates and that exist now. It maps each id to the address
// that a reference to the resource had in the review.
func (p *Plan) createdSince(old review) map[string]string {
	names := map[string]string{}
	for range 2 { // the first pass finds parents, the second one their children
		for _, c := range p.Changes {
			if c.Live != nil && c.isCreatedBy(old, names) {
				names[c.Live.ID] = c.Resource.String()
			}
		}
	}
	for _, c := range p.Changes { // items in the created resources
		for _, ref := range c.Resource.Refs {
			for _, itemRef := range c.Resource.ItemRefs {
				if itemRef.Field.ItemRef.RefField == ref.Field.Name && names[ref.ID] != "" {
					names[itemRef.Node.Text] = itemRef.String()
				}
			}
		}
	}
	return names
}

// isCreatedBy reports whether exactly one change in old creates the resource, in the same parent or in a parent that
// old creates, too.
func (c *Change) isCreatedBy(old review, created map[string]string) bool {
	count := 0
	for _, o := range old.Changes {
		if o.Action != Create || o.Kind != c.Resource.Kind.Name || o.Name != exactText+reviewText(c.Resource.Name()) {
			continue
		}
		if o.ParentID == c.ParentID || o.ParentID == "" && created[c.ParentID] != "" {
			count++
		}
	}
	return count == 1
}
