package resource

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"astro-apply/internal/astro"
)

// shared is an API that makes each list call and each read by id once: two kinds
// may be found in one list, and many users may be in one Team.
type shared struct {
	API
	mu    sync.Mutex
	lists map[string]*sharedCall[[]json.RawMessage]
	gets  map[string]*sharedCall[[]byte]
}

// sharedCall is a call that is made once. Those who wait for it wait on a channel,
// as for everything else that takes time.
type sharedCall[T any] struct {
	done   chan struct{}
	answer T
	err    error
}

func share(api API) *shared {
	return &shared{API: api, lists: map[string]*sharedCall[[]json.RawMessage]{}, gets: map[string]*sharedCall[[]byte]{}}
}

// List answers what the first such call was answered. A list below an object is
// not kept.
func (s *shared) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	if len(call.Params) > 1 {
		return s.API.List(ctx, call, member)
	}
	return once(&s.mu, s.lists, call.Path+"?"+call.Query.Encode(), func() ([]json.RawMessage, error) { return s.API.List(ctx, call, member) })
}

// Do answers a read what the first such call was answered.
func (s *shared) Do(ctx context.Context, call astro.Call) ([]byte, error) {
	if call.Method != http.MethodGet {
		return s.API.Do(ctx, call)
	}
	key := []string{call.Path, call.Query.Encode()}
	for _, name := range slices.Sorted(maps.Keys(call.Params)) {
		key = append(key, fmt.Sprintf("%s=%s", name, call.Params[name]))
	}
	return once(&s.mu, s.gets, strings.Join(key, "\n"), func() ([]byte, error) { return s.API.Do(ctx, call) })
}

// once makes the call of a key, or waits for the one that is under way.
func once[T any](mu *sync.Mutex, all map[string]*sharedCall[T], key string, call func() (T, error)) (T, error) {
	mu.Lock()
	r, there := all[key]
	if !there {
		r = &sharedCall[T]{done: make(chan struct{})}
		all[key] = r
	}
	mu.Unlock()
	if there {
		<-r.done
		return r.answer, r.err
	}
	defer close(r.done)
	r.answer, r.err = call()
	return r.answer, r.err
}
