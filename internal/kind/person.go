package kind

import (
	"astro-apply/internal/schema"
)

// IsAboutPeople reports whether the resources of a kind are people, or create people: they are what this action
// doesn't delete. People join and leave without a change of the manifest. Messages never suggest another
// address for a misspelled one: that could grant access to a stranger.
func (k *Kind) IsAboutPeople() bool { return k.Manual["delete"] != "" }

// SuggestName returns a suggestion with the most similar known name, "" for people.
func (k *Kind) SuggestName(name string, known []string) string {
	if k.IsAboutPeople() {
		return ""
	}
	return schema.Suggest(name, known)
}
