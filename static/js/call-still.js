// A still from a camera as large as the camera can, not as large as it is shown: a File with a JPEG.
const PATIENCE = 4000; // milliseconds; some cameras never answer
const QUALITY = 0.92;

export async function still(track) {
  const picture = await best(track);
  const name = `still-${new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-")}.jpg`;
  return new File([picture.type === "image/jpeg" ? picture : await asJpeg(await createImageBitmap(picture))], name, { type: "image/jpeg" });
}

// The photo that the camera takes by itself, when it is no smaller than what it films; otherwise a frame of the film.
async function best(track) {
  const filmed = track.getSettings().width ?? 0;
  const photo = await photographed(track);
  if (photo) {
    const { width, height } = await createImageBitmap(photo);
    if (Math.max(width, height) >= filmed) return photo;
  }
  return asJpeg(await frameOf(track));
}

async function photographed(track) {
  if (!("ImageCapture" in window)) return null;
  try {
    const capture = new ImageCapture(track);
    const { imageWidth, imageHeight } = await within(capture.getPhotoCapabilities());
    const largest = imageWidth?.max ? { imageWidth: imageWidth.max, imageHeight: imageHeight.max } : {};
    return await within(capture.takePhoto(largest));
  } catch {
    return null;
  }
}

async function frameOf(track) {
  const video = Object.assign(document.createElement("video"), { srcObject: new MediaStream([track]), muted: true, playsInline: true });
  await within(video.play());
  if (video.requestVideoFrameCallback) await within(new Promise((resolve) => video.requestVideoFrameCallback(resolve)));
  const frame = await createImageBitmap(video);
  video.srcObject = null;
  return frame;
}

function asJpeg(bitmap) {
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("empty"))), "image/jpeg", QUALITY));
}

function within(promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), PATIENCE))]);
}
