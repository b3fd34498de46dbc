//! An echo server in Rust: a length of 4 bytes, big-endian, then the message. A thread a connection.
//!
//!   rustc -O -o echo examples/servers/echo.rs && ./echo 9000
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// Until the end of the stream, or the first thing that is wrong.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut frame = Vec::new();
    loop {
        let mut header = [0u8; 4];
        // `read_exact` and `write_all` loop: one read is not one message.
        stream.read_exact(&mut header)?;
        let bytes = u32::from_be_bytes(header) as usize;
        if bytes > MESSAGE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "message too large"));
        }
        frame.clear();
        frame.extend_from_slice(&header);
        // `take` grows the buffer as bytes come, not by what is announced.
        if (&mut stream).take(bytes as u64).read_to_end(&mut frame)? < bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        stream.write_all(&frame)?;
    }
}

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).expect("usage: echo PORT");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    for stream in listener.incoming().flatten() {
        thread::spawn(move || serve(stream));
    }
    Ok(())
}
