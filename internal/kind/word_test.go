package kind_test

import (
	"fmt"
	"reflect"
	"testing"

	"astro-apply/internal/kind"
)

// wordsUsedOnce are the words of the tables that only one kind or field uses, by the reason to keep them.
var wordsUsedOnce = map[string]string{
	"kind.Kind.Rotate":           "one of the API's calls, like Create and Delete; it isn't an update, because no field holds the value",
	"kind.Kind.ConflictStatuses": "HTTP statuses, which Terraform's provider retries for the same kind; a hook would only compare two numbers",
	"kind.Kind.IDOutput":         "the name of an output in action.yml; only kind may contain the name of a kind",
	"kind.SubList.IsAddedFirst":  "a hook itself: without this order, a run could lock itself out between two requests",
}

// At least two kinds or fields use each word of the tables. A peculiarity of one kind belongs into a hook in its file.
func TestEveryWordHasTwoUsers(t *testing.T) {
	t.Parallel()
	users := map[string]map[string]bool{}
	for _, k := range kind.All() {
		collectWords(users, reflect.ValueOf(*k), k.Name)
	}
	for word, users := range users {
		_, isListed := wordsUsedOnce[word]
		switch {
		case len(users) < 2 && !isListed:
			t.Errorf("%s has %d users: make it a hook, or derive it from other words", word, len(users))
		case len(users) != 1 && isListed:
			t.Errorf("%s has %d users; remove it from wordsUsedOnce", word, len(users))
		}
	}
	for word := range wordsUsedOnce {
		if users[word] == nil {
			t.Errorf("wordsUsedOnce lists %s, which no table has", word)
		}
	}
}

// collectWords collects the members of a table that are set, with the kinds and fields that set them. user is the
// place of v: its kind, and the names and indexes below it.
func collectWords(users map[string]map[string]bool, v reflect.Value, user string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			collectWords(users, v.Elem(), user)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collectWords(users, v.Index(i), fmt.Sprintf("%s[%d]", user, i))
		}
	case reflect.Struct:
		for member, value := range v.Fields() {
			word := v.Type().String() + "." + member.Name
			if users[word] == nil {
				users[word] = map[string]bool{}
			}
			if !value.IsZero() {
				users[word][user] = true
				collectWords(users, value, user+"."+member.Name)
			}
		}
	}
}
