// An echo server in Go: a length of 4 bytes, big-endian, then the message.
//
//	go run examples/servers/echo.go 9000
package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"log"
	"net"
	"os"
)

const messageBytesMax = 1024 * 1024

// Until the end of the stream, or the first thing that is wrong.
func serve(connection net.Conn) {
	defer connection.Close()
	var frame bytes.Buffer
	for {
		var header [4]byte
		// ReadFull loops: one read is not one message.
		if _, err := io.ReadFull(connection, header[:]); err != nil {
			return
		}
		size := int64(binary.BigEndian.Uint32(header[:]))
		if size > messageBytesMax {
			return
		}
		frame.Reset()
		frame.Write(header[:])
		// CopyN grows the buffer as bytes come, not by what is announced.
		if _, err := io.CopyN(&frame, connection, size); err != nil {
			return
		}
		if _, err := connection.Write(frame.Bytes()); err != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: echo PORT")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection)
	}
}
