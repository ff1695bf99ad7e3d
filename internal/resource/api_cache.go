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

// cachedAPI is an API that makes each list call and each read by id once: two kinds
// may be found in one list, and many users may be in one Team.
type cachedAPI struct {
	API
	mu        sync.Mutex
	listCalls map[string]*cachedCall[[]json.RawMessage]
	getCalls  map[string]*cachedCall[[]byte]
}

// cachedCall is a call that is made once. Those who wait for it wait on a channel,
// as for everything else that takes time.
type cachedCall[T any] struct {
	done     chan struct{}
	response T
	err      error
}

func newCachedAPI(api API) *cachedAPI {
	return &cachedAPI{API: api, listCalls: map[string]*cachedCall[[]json.RawMessage]{}, getCalls: map[string]*cachedCall[[]byte]{}}
}

// List answers what the first such call was answered. A list below an object is
// not kept.
func (s *cachedAPI) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	if len(call.Params) > 1 {
		return s.API.List(ctx, call, member)
	}
	return callOnce(&s.mu, s.listCalls, call.Path+"?"+call.Query.Encode(), func() ([]json.RawMessage, error) { return s.API.List(ctx, call, member) })
}

// Do answers a read what the first such call was answered.
func (s *cachedAPI) Do(ctx context.Context, call astro.Call) ([]byte, error) {
	if call.Method != http.MethodGet {
		return s.API.Do(ctx, call)
	}
	key := []string{call.Path, call.Query.Encode()}
	for _, name := range slices.Sorted(maps.Keys(call.Params)) {
		key = append(key, fmt.Sprintf("%s=%s", name, call.Params[name]))
	}
	return callOnce(&s.mu, s.getCalls, strings.Join(key, "\n"), func() ([]byte, error) { return s.API.Do(ctx, call) })
}

// callOnce makes the call of a key, or waits for the one that is under way.
func callOnce[T any](mu *sync.Mutex, all map[string]*cachedCall[T], key string, call func() (T, error)) (T, error) {
	mu.Lock()
	r, there := all[key]
	if !there {
		r = &cachedCall[T]{done: make(chan struct{})}
		all[key] = r
	}
	mu.Unlock()
	if there {
		<-r.done
		return r.response, r.err
	}
	defer close(r.done)
	r.response, r.err = call()
	return r.response, r.err
}
