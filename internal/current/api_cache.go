package current

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

// cachedAPI is an API that makes each list call and each read by id only once: two kinds
// may share a list, and many users may be in the same Team.
type cachedAPI struct {
	API
	mu        sync.Mutex
	listCalls map[string]*cachedCall[[]json.RawMessage]
	getCalls  map[string]*cachedCall[[]byte]
}

// cachedCall is a call that is made once. Other callers wait on the channel done: waiting on
// a mutex would stop the fake clock of the tests.
type cachedCall[T any] struct {
	done     chan struct{}
	response T
	err      error
}

func newCachedAPI(api API) *cachedAPI {
	return &cachedAPI{API: api, listCalls: map[string]*cachedCall[[]json.RawMessage]{}, getCalls: map[string]*cachedCall[[]byte]{}}
}

// List returns the result of the first identical list call. Lists below a resource aren't
// cached.
func (s *cachedAPI) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	if len(call.Params) > 1 {
		return s.API.List(ctx, call, member)
	}
	return callOnce(&s.mu, s.listCalls, call.Path+"?"+call.Query.Encode(), func() ([]json.RawMessage, error) { return s.API.List(ctx, call, member) })
}

// Do returns the result of the first identical read. Writes aren't cached.
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

// callOnce makes the call of a key, or waits for the call that is already running or done.
func callOnce[T any](mu *sync.Mutex, calls map[string]*cachedCall[T], key string, call func() (T, error)) (T, error) {
	mu.Lock()
	c, exists := calls[key]
	if !exists {
		c = &cachedCall[T]{done: make(chan struct{})}
		calls[key] = c
	}
	mu.Unlock()
	if exists {
		<-c.done
		return c.response, c.err
	}
	defer close(c.done)
	c.response, c.err = call()
	return c.response, c.err
}
