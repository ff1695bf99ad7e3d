package current

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"astro-apply/internal/astro"
)

// cachedAPI is an API that makes each list call and each read by id only once: two kinds
// may share a list, and many users may be in the same Team.
type cachedAPI struct {
	API
	lists, reads sync.Map // of cachedCall
}

// cachedCall is a call that is made once. Other callers wait on the channel done: waiting on
// a mutex would stop the fake clock of the tests.
type cachedCall[T any] struct {
	done     chan struct{}
	response T
	err      error
}

// List returns the result of the first identical list call. Lists below a resource aren't
// cached.
func (s *cachedAPI) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	if len(call.Params) > 1 {
		return s.API.List(ctx, call, member)
	}
	return callOnce(&s.lists, call, func() ([]json.RawMessage, error) { return s.API.List(ctx, call, member) })
}

// Do returns the result of the first identical read. Writes aren't cached.
func (s *cachedAPI) Do(ctx context.Context, call astro.Call) ([]byte, error) {
	if call.Method != http.MethodGet {
		return s.API.Do(ctx, call)
	}
	return callOnce(&s.reads, call, func() ([]byte, error) { return s.API.Do(ctx, call) })
}

// callOnce makes a call, or waits for the same call that is already running or done.
func callOnce[T any](calls *sync.Map, call astro.Call, do func() (T, error)) (T, error) {
	key := fmt.Sprint(call.Path, call.Query, call.Params) // prints maps in the order of their keys
	stored, exists := calls.LoadOrStore(key, &cachedCall[T]{done: make(chan struct{})})
	c := stored.(*cachedCall[T])
	if exists {
		<-c.done
		return c.response, c.err
	}
	defer close(c.done)
	c.response, c.err = do()
	return c.response, c.err
}
